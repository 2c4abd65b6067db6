import FoundationEssentials

/// A text in PEM (RFC 7468), and what is in the way where no key can be made of it.
struct PEMText {
    private struct Block {
        let label: String
        let lines: [Substring]

        /// A passphrase is wanted: PKCS #8's way, or OpenSSL's older one.
        var isLocked: Bool {
            label == "ENCRYPTED PRIVATE KEY" || lines.contains { $0.hasPrefix("Proc-Type: 4,ENC") }
        }

        var isKey: Bool {
            ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"].contains(label) && !isLocked
        }

        var text: String {
            (["-----BEGIN \(label)-----"] + lines + ["-----END \(label)-----", ""])
                .joined(separator: "\n")
        }
    }

    private let blocks: [Block]

    /// Reads what stands between boundaries, and leaves out what stands around.
    init(_ text: String) {
        var blocks: [Block] = []
        var begun: (label: String, lines: [Substring])?
        for line in text.split(whereSeparator: \.isNewline) {
            if let label = Self.label(line, "BEGIN") {
                begun = (label, [])
            } else if let block = begun, Self.label(line, "END") == block.label {
                blocks.append(Block(label: block.label, lines: block.lines))
                begun = nil
            } else {
                begun?.lines.append(line)
            }
        }
        self.blocks = blocks
    }

    private static func label(_ line: Substring, _ word: String) -> String? {
        let line = line.drop { $0 == "\u{FEFF}" }
        guard line.hasPrefix("-----\(word) "), line.hasSuffix("-----") else { return nil }
        return String(line.dropFirst("-----\(word) ".count).dropLast(5))
    }

    /// The first private key, without what OpenSSL writes before it (`EC PARAMETERS`).
    var privateKey: String? { blocks.first(where: \.isKey)?.text }

    /// What is wrong with it as a key for `wanted`, or for any that is known; nil where it is no
    /// PEM at all.
    ///
    /// Told by labels, by object identifiers (RFC 5480 §2.1.1.1, RFC 8017 App. C, RFC 8410 §3) and
    /// by lengths; nothing of the key is quoted.
    func obstacle(for wanted: AssertionKey.Algorithm?) -> String? {
        if let key = blocks.first(where: \.isKey) {
            let kinds =
                wanted.map { "for \($0.rawValue)" }
                ?? "of RSA (2048 bits or more), P-256 or Ed25519"
            guard let kind = Self.kind(of: key.lines.joined(), label: key.label) else {
                return "the PEM is a private key of an unknown kind, and not one \(kinds)"
            }
            return "the PEM is \(kind), and not a whole key \(kinds)"
        }
        let labels = blocks.map(\.label)
        if blocks.contains(where: \.isLocked) {
            return "the key is locked by a passphrase, which nobody can give here: "
                + "`openssl pkey` writes it without"
        }
        if labels.contains("OPENSSH PRIVATE KEY") {
            return "the key is in a form of OpenSSH's own: `ssh-keygen -p -m PKCS8` rewrites it"
        }
        if labels.contains(where: { $0.hasSuffix("PUBLIC KEY") }) {
            return "the PEM is a public key, and the private one signs"
        }
        if labels.contains("CERTIFICATE") {
            return "the PEM is a certificate, and its private key signs"
        }
        return labels.isEmpty ? nil : "the PEM holds no private key"
    }

    private static let kinds: [(identifier: [UInt8], words: String)] = [
        ([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], "an EC key on P-256"),
        ([0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22], "an EC key on P-384"),
        ([0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23], "an EC key on P-521"),
        ([0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A], "an EC key on secp256k1"),
        ([0x06, 0x03, 0x2B, 0x65, 0x70], "an Ed25519 key"),
        ([0x06, 0x03, 0x2B, 0x65, 0x71], "an Ed448 key"),
        ([0x06, 0x03, 0x2B, 0x65, 0x6E], "an X25519 key"),
    ]
    private static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]

    private static func kind(of body: String, label: String) -> String? {
        guard let key = Data(base64Encoded: body).map(Array.init) else { return nil }
        if label == "RSA PRIVATE KEY" || !key.ranges(of: rsa).isEmpty {
            return bits(ofModulusIn: key).map { "an RSA key of \($0) bits" } ?? "an RSA key"
        }
        return kinds.first { !key.ranges(of: $0.identifier).isEmpty }?.words
    }

    /// The modulus stands behind the version, which is 0 (RFC 8017, A.1.2).
    private static func bits(ofModulusIn key: [UInt8]) -> Int? {
        guard let start = key.firstRange(of: [0x02, 0x01, 0x00, 0x02] as [UInt8])?.upperBound
        else { return nil }
        // DER: a length of more than 127 has as many bytes as the first of them says.
        let rest = key[start...].prefix(4)
        guard let first = rest.first else { return nil }
        let long = first < 0x80 ? 0 : Int(first & 0x7F)
        guard long <= 2, rest.count > long + 1 else { return nil }
        let digits = rest.dropFirst().prefix(long)
        let length = long == 0 ? Int(first) : digits.reduce(0) { $0 << 8 | Int($1) }
        // A zero in front says that it isn't negative.
        return 8 * (length - (rest[rest.startIndex + 1 + long] == 0 ? 1 : 0))
    }
}
