import Foundation

/// The objects of the practised cluster, and what may be done to them.
///
/// As a kube-apiserver 1.20.2 did it. Nothing is run: whoever practises rollouts sets the status
/// that a controller would.
struct PracticeCluster: Sendable {
    private var objects: [ClusterPath: JSONValue] = [:]
    /// One count for all objects, as etcd's.
    private var revision: Int64 = 100

    /// How many bytes the values of a Secret may have.
    static let cap = 1_048_576

    func object(_ path: ClusterPath) throws(ClusterStatus) -> JSONValue {
        guard let object = objects[path] else { throw .missing(path) }
        return object
    }

    /// Every object of its kind in its namespace, by their names.
    func objects(like path: ClusterPath) -> [JSONValue] {
        objects.filter { $0.key.resource == path.resource && $0.key.namespace == path.namespace }
            .sorted { $0.key.name < $1.key.name }.map(\.value)
    }

    mutating func create(_ sent: JSONValue, at path: ClusterPath, _ now: Milliseconds)
        throws(ClusterStatus) -> JSONValue
    {
        guard objects[path] == nil else { throw .exists(path) }
        var members = sent.object ?? [:]
        var metadata = members["metadata"]?.object ?? [:]
        metadata["namespace"] = .string(path.namespace)
        metadata["uid"] = .string(RandomText.uuid())
        metadata["creationTimestamp"] = .string(Self.second(now))
        if path.resource != "secrets" { metadata["generation"] = 1 }
        members["metadata"] = .object(metadata)
        members["kind"] = .string(path.kind)
        members["apiVersion"] = .string(path.apiVersion)
        return try store(.object(members), at: path)
    }

    mutating func delete(_ path: ClusterPath) throws(ClusterStatus) {
        _ = try object(path)
        revision += 1
        objects[path] = nil
    }

    /// A merge patch (RFC 7386), refused where it comes with another resourceVersion.
    mutating func merge(_ patch: JSONValue, into path: ClusterPath, isStatus: Bool = false)
        throws(ClusterStatus) -> JSONValue
    {
        let before = try object(path)
        // A status is changed by itself, and by nothing else.
        var allowed = patch.object ?? [:]
        for name in allowed.keys where name != "metadata" && (name == "status") != isStatus {
            allowed[name] = nil
        }
        if let version = patch["metadata"]?["resourceVersion"],
            version != before["metadata"]?["resourceVersion"]
        {
            throw .conflict(path)
        }
        return try replace(before, with: Self.merged(before, .object(allowed)), at: path)
    }

    /// A whole object in the place of another one; without a resourceVersion, whatever that is.
    mutating func put(_ sent: JSONValue, at path: ClusterPath) throws(ClusterStatus) -> JSONValue {
        let before = try object(path)
        var members = sent.object ?? [:]
        var metadata = members["metadata"]?.object ?? [:]
        if let version = metadata["resourceVersion"],
            version != before["metadata"]?["resourceVersion"]
        {
            throw .conflict(path)
        }
        for name in ["uid", "resourceVersion", "creationTimestamp", "namespace", "generation"] {
            metadata[name] = before["metadata"]?[name]
        }
        members["metadata"] = .object(metadata)
        return try replace(before, with: .object(members), at: path)
    }

    private mutating func replace(
        _ before: JSONValue, with after: JSONValue, at path: ClusterPath
    ) throws(ClusterStatus) -> JSONValue {
        // What changes nothing makes no new version.
        guard before != after else { return before }
        if before["immutable"] == true, before["data"] != after["data"] {
            throw .invalid(
                path.name, "FieldValueForbidden",
                "Forbidden: field is immutable when `immutable` is set")
        }
        guard path.resource != "secrets", before["spec"] != after["spec"] else {
            return try store(after, at: path)
        }
        let generation = before["metadata"]?["generation"]?.integer ?? 0
        return try store(
            Self.merged(after, ["metadata": ["generation": .integer(generation + 1)]]), at: path)
    }

    private mutating func store(_ object: JSONValue, at path: ClusterPath) throws(ClusterStatus)
        -> JSONValue
    {
        if path.resource == "secrets" { try Self.check(object, path.name) }
        revision += 1
        let stored = Self.merged(
            object, ["metadata": ["resourceVersion": .string("\(revision)")]])
        objects[path] = stored
        return stored
    }

    private static func check(_ secret: JSONValue, _ name: String) throws(ClusterStatus) {
        var size = 0
        for value in (secret["data"]?.object ?? [:]).values {
            guard let text = value.string, let bytes = Data(base64Encoded: text) else {
                throw .undecodable(secret)
            }
            size += bytes.count
        }
        guard size <= cap else {
            throw .invalid(name, "FieldValueTooLong", "Too long: must have at most \(cap) bytes")
        }
    }

    /// RFC 7386.
    private static func merged(_ target: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard let changes = patch.object else { return patch }
        var members = target?.object ?? [:]
        for (name, value) in changes {
            members[name] = value == .null ? nil : merged(members[name], value)
        }
        return .object(members)
    }

    private static func second(_ now: Milliseconds) -> String {
        Date(timeIntervalSince1970: Double(now.seconds)).formatted(.iso8601)
    }
}
