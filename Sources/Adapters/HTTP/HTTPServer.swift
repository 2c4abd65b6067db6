import ClientCredentials
import HTTPTransport
import RotationCore

/// A server whose admin API the plan describes.
enum HTTPServer {
    private static let shapes: [ServerCapabilities.Shape] = [.list]

    static let descriptor = AdapterDescriptor(
        type: "http", summary: "a server whose admin requests the plan describes",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the admin API's address"),
            SettingDescriptor(
                "headers", .texts, summary: "further fields, such as [\"X-Tenant: seven\"]"),
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor("token", .reference, summary: "a token that was made once"),
                    SettingDescriptor(
                        "scheme", .text, summary: "what stands before it; Bearer if left out"),
                    SettingDescriptor(
                        "client_id", .text, summary: "or a client that fetches access tokens"),
                    SettingDescriptor("client_secret", .reference, summary: "its secret"),
                    SettingDescriptor(
                        "token_endpoint", .url, summary: "where; the plan's own if left out"),
                    SettingDescriptor("scope", .text, summary: "the scope to ask for"),
                ]), required: true, summary: "who administers"),
            call(
                "identity", "the request that says who the server is",
                [pointer("at", required: true, "where the answer says it")]),
            call(
                "list", "the request for all secrets of the client",
                [
                    pointer("items", "where the list is, unless it is the whole answer"),
                    pointer("id", required: true, "in an item: its id"),
                    pointer("label", "in an item: the name that it was given"),
                    pointer("value", "in an item: the secret, where it is shown"),
                    pointer("created_at", "in an item: when it was made"),
                    pointer("expires_at", "in an item: when it ends"),
                    pointer("enabled", "in an item: whether it is accepted"),
                    SettingDescriptor(
                        "enabled_word", .text, summary: "what stands there then; true if left out"),
                ]),
            call(
                "create", "the request for a new secret",
                [
                    pointer("id", required: true, "where the answer has its id"),
                    pointer("value", "where the answer has its value, if the server makes it"),
                    SettingDescriptor(
                        "limits", .texts,
                        summary: "answers that mean one too many: [409] or [400 too many]"),
                ]),
            call("delete", "the request that deletes a secret", []),
            call("disable", required: false, "the request that disables a secret", []),
            call("enable", required: false, "the request that enables it again", []),
        ] + DeclaredProbe.settings + [DeclaredCapabilities.setting(shapes)])

    private static func call(
        _ name: String, required: Bool = true, _ summary: String, _ more: [SettingDescriptor]
    ) -> SettingDescriptor {
        let request = [
            SettingDescriptor("method", .text, summary: "the request's method"),
            SettingDescriptor(
                "path", .text, required: true,
                summary: "the path, with {client_id} and where it makes sense {id}"),
            SettingDescriptor("body", .text, summary: "the body: JSON, as text"),
        ]
        return SettingDescriptor(
            name, .group(request + more), required: required, summary: summary)
    }

    private static func pointer(_ name: String, required: Bool = false, _ summary: String)
        -> SettingDescriptor
    {
        SettingDescriptor(name, .text, required: required, summary: "\(summary): a JSON pointer")
    }

    /// The server of `plan`.
    static func server(of plan: Plan, _ parts: ServerParts) async throws(AdapterError)
        -> DeclaredServer
    {
        let settings = Settings(plan.server)
        let url = try settings.requiredAddress("url")
        let capabilities = try DeclaredCapabilities.read(settings, shapes)
        let probe = try DeclaredProbe.read(settings, plan, parts)
        var admin = AdminAPI(
            address: url, caFile: try settings.caFile(),
            login: try await login(settings, probe.endpoint.url, parts), http: parts.http,
            words: { String(decoding: $0.body.prefix(512), as: UTF8.self) })
        admin.headers = try headers(settings)
        var changes = [
            DeclaredChange.delete: try ChangeCall(
                try settings.requiredGroup("delete"), method: "DELETE")
        ]
        if capabilities.canDisable {
            changes[.disable] = try ChangeCall(
                try settings.requiredGroup("disable"), method: "POST")
            changes[.enable] = try ChangeCall(try settings.requiredGroup("enable"), method: "POST")
        }
        let list = try ListCall(try settings.requiredGroup("list"))
        try check(list, fits: capabilities, settings)
        return DeclaredServer(
            backend: HTTPBackend(
                admin: admin, clientID: plan.clientID.rawValue,
                identify: try IdentityCall(try settings.requiredGroup("identity")), list: list,
                create: try CreateCall(
                    try settings.requiredGroup("create"), origin: capabilities.origin),
                changes: changes),
            probe: probe, capabilities: capabilities, now: parts.now)
    }

    /// What is declared must be read from somewhere.
    private static func check(
        _ list: ListCall, fits capabilities: ServerCapabilities, _ settings: Settings
    ) throws(AdapterError) {
        let missing: String? =
            switch capabilities.recognition {
            case .value: list.value == nil ? "value" : nil
            case .label: list.label == nil ? "label" : nil
            case .time, .trial, .none: nil
            }
        if let missing {
            throw settings.invalid("list.\(missing)", "is missing, and secrets are told by it")
        }
        if capabilities.canDisable, list.enabled == nil {
            throw settings.invalid("list.enabled", "is missing, and secrets can be disabled")
        }
    }

    private static func headers(_ settings: Settings) throws(AdapterError) -> HTTPHeaders {
        var headers: HTTPHeaders = [:]
        for text in try settings.texts("headers") ?? [] {
            let parts = text.split(separator: ":", maxSplits: 1)
            let name = parts.first.map(String.init) ?? ""
            let isToken = name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            let isClean = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            guard parts.count == 2, !name.isEmpty, isToken, isClean,
                name.lowercased() != "authorization"
            else { throw settings.invalid("headers", "is no list such as [\"X-Tenant: seven\"]") }
            headers[name] = String(parts[1].drop { $0 == " " })
        }
        return headers
    }

    private static func login(_ settings: Settings, _ endpoint: String, _ parts: ServerParts)
        async throws(AdapterError) -> AdminLogin
    {
        let admin = try settings.requiredGroup("admin")
        if let token = try admin.reference("token") {
            guard try admin.text("client_id") == nil else {
                throw admin.invalid("token", "and client_id exclude each other")
            }
            return try await parts.login(
                token, scheme: try admin.text("scheme") ?? "Bearer", of: admin)
        }
        let tokens = TokenEndpoint(
            url: try admin.address("token_endpoint") ?? endpoint, scope: try admin.text("scope"),
            caFile: try settings.caFile())
        return try await parts.login(admin, at: tokens)
    }
}
