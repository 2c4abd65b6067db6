extension PlanText {
    /// A server that Holdover has no adapter for, as plans tell of it.
    public enum OwnServer: String, Sendable, CaseIterable {
        /// By a program that is called.
        case exec
        /// By requests that the plan describes.
        case http

        /// Whose dialect it is in truth.
        public var dialect: PracticeServerProcess.Dialect { self == .exec ? .okta : .logto }
        /// The path of the request that makes a secret; a regular expression.
        public var creation: String {
            self == .exec ? "/api/v1/apps/.*/secrets" : "/logto/.*/secrets"
        }
    }

    /// Tells of the server, which is one of ``OwnServer/dialect``, in the words of `own`.
    public mutating func describe(as own: OwnServer) {
        var values: [String: String] = [:]
        for line in server {
            let parts = line.split(separator: ":", maxSplits: 1)
            values[String(parts[0])] = String(parts[1].drop { $0 == " " })
        }
        let url = values["url"] ?? ""
        server = own == .exec ? Self.exec(url, values) : Self.http(url, values)
    }

    private static func exec(_ url: String, _ values: [String: String]) -> [String] {
        [
            "type: exec",
            "command: [python3, '\(RealServerProcess.service("exec-server.py"))', '\(url)']",
            #"token: "env:OKTA_API_TOKEN""#, "token_endpoint: \(values["token_endpoint"] ?? "")",
            "capabilities: {limit: 2, origin: client, recognition: value, disable: true}",
        ]
    }

    private static func http(_ url: String, _ values: [String: String]) -> [String] {
        let admin = (values["admin"] ?? "").dropLast()
        return [
            "type: http", "url: \(url)", "token_endpoint: \(url)/oidc/token",
            "admin: \(admin), scope: all}",
            "capabilities: {limit: 5, origin: server, recognition: label}",
            "identity: {path: '/api/applications/{client_id}', at: /tenantId}",
            "list:", "  path: /api/applications/{client_id}/secrets", "  id: /name",
            "  label: /name", "  created_at: /createdAt",
            "create:", "  path: /api/applications/{client_id}/secrets",
            #"  body: '{"name": "{label}"}'"#, "  id: /name", "  value: /value",
            "delete: {path: '/api/applications/{client_id}/secrets/{id}'}",
        ]
    }
}
