import Foundation

/// An `application/x-www-form-urlencoded` body in which no name stands twice (RFC 6749 §3.2).
struct FormParameters: Sendable {
    enum Failure: Error {
        case repeated(String)
        case malformed
    }

    private let values: [String: String]

    init(parsing body: Data) throws(Failure) {
        var values: [String: String] = [:]
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1] : Data()
            guard let name = Self.decode(parts[0]), let value = Self.decode(value) else {
                throw .malformed
            }
            guard values.updateValue(value, forKey: name) == nil else { throw .repeated(name) }
        }
        self.values = values
    }

    /// A value; one that is sent without a value counts as omitted (RFC 6749 §3.2).
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Undoes form-urlencoding: `+` is a space, `%XX` a byte, and the bytes are UTF-8.
    static func decode(_ bytes: some Sequence<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hex),
                    let low = iterator.next().flatMap(hex)
                else { return nil }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
