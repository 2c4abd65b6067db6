/// One object of a namespace.
struct KubernetesPlace: Sendable, Hashable {
    let namespace: String
    /// The API group; empty for the core.
    let group: String
    /// In the plural, as in paths and in Roles.
    let resource: String
    let name: String

    /// Nil where a name isn't one, and would lead elsewhere (RFC 1123; 253 bytes at most).
    init?(namespace: String, group: String = "", resource: String, name: String) {
        guard Self.isName(namespace), !namespace.contains("."), Self.isName(name) else {
            return nil
        }
        (self.namespace, self.group) = (namespace, group)
        (self.resource, self.name) = (resource, name)
    }

    var path: String {
        let root = group.isEmpty ? "/api/v1" : "/apis/\(group)/v1"
        return "\(root)/namespaces/\(namespace)/\(resource)/\(name)"
    }

    private static func isName(_ text: String) -> Bool {
        let isFine = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard (1...253).contains(text.utf8.count), let first = text.utf8.first,
            let last = text.utf8.last, isFine(first), isFine(last)
        else { return false }
        return text.utf8.allSatisfy {
            isFine($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
    }
}
