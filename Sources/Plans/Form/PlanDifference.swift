public import RotationCore

/// One value that two plans don't share.
public struct PlanDifference: Sendable, Hashable {
    /// Where it stands: `server.url`, `stores[file].path`, `schedule.every`.
    public let path: String
    /// What the first plan says; nil where it says nothing.
    public let was: String?
    /// What the second plan says; nil where it says nothing.
    public let now: String?
    /// Whether the second plan means another client or another server, so that a rotation that
    /// began under the first can't go on under it.
    public let changesIdentity: Bool

    /// The settings of a server that say which server it is.
    static let identityKeys: Set = ["url", "issuer", "realm", "tenant", "domain"]

    /// A difference; whether it changes the identity follows from the path.
    init(path: String, was: String?, now: String?) {
        self.path = path
        self.was = was
        self.now = now
        changesIdentity =
            ["client_id", "green_client_id", "strategy", "server.type"].contains(path)
            || Self.identityKeys.contains { path == "server.\($0)" }
    }
}

/// What `new` says otherwise than `old`, in the order of a plan file.
///
/// Plans hold no secrets, so the
/// values may be shown.
public func differences(from old: Plan, to new: Plan) -> [PlanDifference] {
    var comparison = PlanComparison()
    comparison.compare(CanonicalPlan.value(of: old), CanonicalPlan.value(of: new), at: "")
    return comparison.differences
}

/// Walks two plans side by side.
private struct PlanComparison {
    var differences: [PlanDifference] = []

    mutating func compare(_ old: JSONValue?, _ new: JSONValue?, at path: String) {
        guard old != new else { return }
        let (was, now) = (Self.members(of: old), Self.members(of: new))
        guard let was, let now else {
            differences.append(
                PlanDifference(path: path, was: old.map(Self.text), now: new.map(Self.text)))
            return
        }
        let added = now.filter { member in !was.contains { $0.key == member.key } }
        for key in was.map(\.key) + added.map(\.key) {
            let step = key.hasPrefix("[") || path.isEmpty ? key : ".\(key)"
            compare(
                was.first { $0.key == key }?.value, now.first { $0.key == key }?.value,
                at: path + step)
        }
        if !was.isEmpty, added.isEmpty, was.allSatisfy({ $0.key.hasPrefix("[") }),
            was.count == now.count, was.map(\.key) != now.map(\.key)
        {
            differences.append(
                PlanDifference(path: path, was: Self.order(was), now: Self.order(now)))
        }
    }

    /// What a list of named things and an object have in common; nil for everything else.
    private static func members(of value: JSONValue?) -> [JSONValue.Member]? {
        switch value {
        case .object(let members): return members
        case .array(let items):
            let named = items.compactMap { item -> JSONValue.Member? in
                guard case .string(let name)? = item["name"] else { return nil }
                return JSONValue.Member(key: "[\(name)]", value: item)
            }
            return named.count == items.count ? named : nil
        default: return nil
        }
    }

    private static func order(_ members: [JSONValue.Member]) -> String {
        members.map { String($0.key.dropFirst().dropLast()) }.joined(separator: ", ")
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { text } else { value.canonical }
    }
}
