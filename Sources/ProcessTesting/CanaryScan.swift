public import Foundation

/// Looks for secrets where none may be, in every one of ``CanaryEncoding``.
///
/// A text that was cut shows only a part of a secret, so its first and its last sixteen bytes are
/// looked for each, not the whole.
public struct CanaryScan: Sendable {
    /// A secret where none may be.
    ///
    /// Names it, never quotes it.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// What the secret was called.
        public let secret: String
        /// How it was spelled.
        public let encoding: CanaryEncoding
        /// The file or text.
        public let place: String
        /// Bytes before it.
        public let offset: Int

        /// All of it on one line.
        public var description: String {
            "\(secret) as \(encoding.rawValue) in \(place) at \(offset)"
        }
    }

    /// Secrets that are too short to look for: they would be found anywhere.
    public struct TooShort: Error {
        /// What it was called.
        public let secret: String
    }

    private struct Pattern: Sendable {
        let secret: String
        let encoding: CanaryEncoding
        let bytes: [UInt8]
    }

    private let patterns: [Pattern]

    /// A scan for secrets by name; each of at least sixteen characters.
    public init(_ secrets: [String: String]) throws {
        var patterns: [Pattern] = []
        for (name, secret) in secrets {
            guard secret.count >= 16 else { throw TooShort(secret: name) }
            let parts = Set([String(secret.prefix(16)), String(secret.suffix(16))])
            for encoding in CanaryEncoding.allCases {
                let spellings = Set(parts.flatMap { encoding.spellings(of: $0) })
                patterns += spellings.map {
                    Pattern(secret: name, encoding: encoding, bytes: $0)
                }
            }
        }
        self.patterns = patterns
    }

    /// What is in some bytes; each secret and encoding once.
    public func scan(_ bytes: Data, named place: String) -> [Finding] {
        var found: [Finding] = []
        for pattern in patterns {
            guard let offset = Self.offset(of: pattern.bytes, in: bytes) else { continue }
            let finding = Finding(
                secret: pattern.secret, encoding: pattern.encoding, place: place, offset: offset)
            let isNew = !found.contains {
                $0.secret == finding.secret && $0.encoding == finding.encoding
            }
            if isNew { found.append(finding) }
        }
        return found
    }

    private static func offset(of pattern: [UInt8], in bytes: Data) -> Int? {
        bytes.withUnsafeBytes { whole in
            guard let start = whole.baseAddress, let first = pattern.first else { return nil }
            var offset = 0
            while offset + pattern.count <= whole.count {
                let rest = whole.count - pattern.count - offset + 1
                guard let found = memchr(start + offset, Int32(first), rest) else { return nil }
                offset = UnsafeRawPointer(found) - start
                if memcmp(found, pattern, pattern.count) == 0 { return offset }
                offset += 1
            }
            return nil
        }
    }

    /// What is in a text.
    public func scan(_ text: String, named place: String) -> [Finding] {
        scan(Data(text.utf8), named: place)
    }

    /// What is in any file below `directory`, hidden ones too, or in the path of one.
    public func scan(
        directory: String, where isMeant: (String) -> Bool = { _ in true }
    ) throws -> [Finding] {
        try Self.files(below: directory).filter(isMeant).flatMap { path in
            scan(path, named: "the name \(path)")
                + scan(try Data(contentsOf: URL(fileURLWithPath: path)), named: path)
        }
    }

    /// Every regular file below a directory.
    public static func files(below directory: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory)
        return names.map { "\(directory)/\($0)" }.filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
    }
}
