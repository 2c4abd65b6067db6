import RotationCore

/// One object of a namespace.
struct KubernetesPlace: Sendable, Hashable {
    let namespace: String
    /// The API group; empty for the core.
    let group: String
    /// In the plural, as in paths and in Roles.
    let resource: String
    /// Empty for the list of all.
    let name: String

    /// Nil where a name isn't one, and would lead elsewhere (RFC 1123; 253 bytes at most).
    init?(namespace: String, group: String = "", resource: String, name: String) {
        guard Self.isName(namespace), !namespace.contains("."), Self.isName(name) else {
            return nil
        }
        (self.namespace, self.group) = (namespace, group)
        (self.resource, self.name) = (resource, name)
    }

    private init(listOf resource: String, namespace: String) {
        self.namespace = namespace
        (group, self.resource, name) = ("", resource, "")
    }

    /// The list of all objects of a kind in the core, in the same namespace.
    func list(_ resource: String) -> KubernetesPlace {
        KubernetesPlace(listOf: resource, namespace: namespace)
    }

    var path: String {
        let root = group.isEmpty ? "/api/v1" : "/apis/\(group)/v1"
        let list = "\(root)/namespaces/\(namespace)/\(resource)"
        return name.isEmpty ? list : "\(list)/\(name)"
    }

    /// For people, as a Role would be given for it.
    var words: String {
        let one = name.isEmpty ? "" : ", resourceName \(safeText(name)),"
        return "\(resource)\(one) in the namespace \(safeText(namespace))"
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
