/// Where a secret is, as plans spell it; never the secret itself.
enum SecretReference: Sendable, Hashable {
    /// `env:NAME`: a variable of this process's environment.
    case environment(String)
    /// `file:/path`: the content of a file.
    case file(String)
    /// `systemd-credential:NAME`: a file of `$CREDENTIALS_DIRECTORY` (systemd.exec(5)).
    case systemdCredential(String)
    /// `exec:/path arg arg`: what a command prints; split at spaces, no shell.
    case command([String])
    /// `vault:mount/path#field`: a field of a KV v2 document, by `VAULT_ADDR` and `VAULT_TOKEN`,
    /// or what OpenBao calls them, `BAO_ADDR` and `BAO_TOKEN`.
    case vault(mount: String, path: String, field: String)

    /// Reads a reference; nil where it isn't one.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), !text.utf8.contains(0) else { return nil }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env":
            guard Self.isName(rest) else { return nil }
            self = .environment(rest)
        case "file":
            guard rest.hasPrefix("/"), rest.count > 1 else { return nil }
            self = .file(rest)
        case "systemd-credential":
            guard !rest.isEmpty, rest != ".", rest != "..", !rest.contains("/") else { return nil }
            self = .systemdCredential(rest)
        case "exec":
            let words = rest.split(separator: " ").map(String.init)
            guard let command = words.first, command.hasPrefix("/") else { return nil }
            self = .command(words)
        case "vault":
            guard let vault = Self.vault(rest) else { return nil }
            self = vault
        default:
            return nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "_") || isLetter(first) else {
            return false
        }
        return text.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || isLetter($0) || (0x30...0x39).contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func vault(_ text: String) -> Self? {
        guard let hash = text.lastIndex(of: "#"), let slash = text.firstIndex(of: "/"),
            slash < hash
        else { return nil }
        let mount = String(text[..<slash])
        let path = String(text[text.index(after: slash)..<hash])
        let field = String(text[text.index(after: hash)...])
        guard !mount.isEmpty, !path.isEmpty, !field.isEmpty else { return nil }
        return .vault(mount: mount, path: path, field: field)
    }
}

extension SecretReference: CustomStringConvertible {
    /// The reference for people; a command without its arguments.
    var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .systemdCredential(let name): "systemd-credential:\(name)"
        case .command(let words): "exec:\(words.first ?? "")"
        case .vault(let mount, let path, let field): "vault:\(mount)/\(path)#\(field)"
        }
    }
}

extension SecretReference {
    /// The variables of the environment that lead to the secret.
    var variables: Set<String> {
        switch self {
        case .environment(let name): [name]
        // Whichever of the two was used, the other may hold the same.
        case .vault: ["VAULT_TOKEN", "BAO_TOKEN"]
        case .file, .systemdCredential, .command: []
        }
    }
}
