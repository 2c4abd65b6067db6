import HTTPTypes
import Hummingbird

/// An error of the API server: a `Status`, as a kube-apiserver 1.20.2 words it.
struct ClusterStatus: Error, Sendable {
    let code: Int
    let reason: String
    let message: String
    var name: String?
    var group: String?
    var kind: String?
    var causes: [JSONValue]?

    var response: Response {
        var details: [String: JSONValue] = [:]
        details["name"] = name.map(JSONValue.string)
        details["group"] = group.map(JSONValue.string)
        details["kind"] = kind.map(JSONValue.string)
        details["causes"] = causes.map(JSONValue.array)
        var members: [String: JSONValue] = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message), "reason": .string(reason),
            "code": .integer(Int64(code)),
        ]
        if !details.isEmpty || code == 415 { members["details"] = .object(details) }
        return Reply.json(JSONValue.object(members), status: .init(code: code))
    }

    static let unauthorized = ClusterStatus(
        code: 401, reason: "Unauthorized", message: "Unauthorized")
    static let wrongType = ClusterStatus(
        code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type")
    static let malformed = ClusterStatus(
        code: 400, reason: "BadRequest", message: "the body of the request can't be decoded")

    static func missing(_ object: ClusterPath) -> ClusterStatus {
        ClusterStatus(
            code: 404, reason: "NotFound",
            message: "\(object.resource) \"\(object.name)\" not found", name: object.name,
            kind: object.resource)
    }

    static func exists(_ object: ClusterPath) -> ClusterStatus {
        ClusterStatus(
            code: 409, reason: "AlreadyExists",
            message: "\(object.resource) \"\(object.name)\" already exists", name: object.name,
            kind: object.resource)
    }

    static func conflict(_ object: ClusterPath) -> ClusterStatus {
        ClusterStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(object.resource) \"\(object.name)\": "
                + "the object has been modified; please apply your changes to the latest version "
                + "and try again", name: object.name, kind: object.resource)
    }

    static func forbidden(_ user: String, _ verb: String, _ object: ClusterPath) -> ClusterStatus {
        let isNamed = !["create", "list"].contains(verb)
        return ClusterStatus(
            code: 403, reason: "Forbidden",
            message: "\(object.resource)\(isNamed ? " \"\(object.name)\"" : "") is forbidden: "
                + "User \"\(user)\" cannot \(verb) resource \"\(object.resource)\" in API group "
                + "\"\(object.group)\" in the namespace \"\(object.namespace)\"",
            name: isNamed ? object.name : nil, kind: object.resource)
    }

    /// In the words for what is in no namespace.
    static func forbiddenReview(_ user: String) -> ClusterStatus {
        let (group, kind) = ("authorization.k8s.io", "selfsubjectaccessreviews")
        return ClusterStatus(
            code: 403, reason: "Forbidden",
            message: "\(kind).\(group) is forbidden: User \"\(user)\" cannot create resource "
                + "\"\(kind)\" in API group \"\(group)\" at the cluster scope", group: group,
            kind: kind)
    }

    /// Against a rule for the values of a Secret.
    static func invalid(_ name: String, _ cause: String, _ words: String) -> ClusterStatus {
        ClusterStatus(
            code: 422, reason: "Invalid", message: "Secret \"\(name)\" is invalid: data: \(words)",
            name: name, kind: "Secret",
            causes: [["reason": .string(cause), "message": .string(words), "field": "data"]])
    }

    /// What can't be decoded is repeated, with everything that the object holds: as it really is.
    static func undecodable(_ object: JSONValue) -> ClusterStatus {
        let words = "Invalid value: \"\(object)\": decode base64: illegal base64 data"
        return ClusterStatus(
            code: 422, reason: "Invalid", message: " \"\" is invalid: patch: \(words)",
            causes: [
                ["reason": "FieldValueInvalid", "message": .string(words), "field": "patch"]
            ])
    }
}
