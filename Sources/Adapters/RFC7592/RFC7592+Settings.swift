import ClientCredentials
import RotationCore

extension RFC7592 {
    /// What stands for the plan's client id, so that one setting serves two clients.
    private static let place = "{client_id}"

    static let descriptor = AdapterDescriptor(
        type: "rfc7592", summary: "a client that administers itself by RFC 7592",
        settings: [
            SettingDescriptor(
                "url", .url, required: true,
                summary: "the client configuration endpoint; {client_id} stands for the plan's"),
            SettingDescriptor(
                "registration_token", .reference, required: true,
                summary: "the registration access token; {client_id} stands for the plan's"),
            SettingDescriptor(
                "rotates_on_update", .boolean, required: true,
                summary: "true: the server makes a new secret with each update"),
            SettingDescriptor(
                "keeps_registration_token", .boolean, required: true,
                summary: "true: the registration access token stays as it is"),
            SettingDescriptor(
                "issuer", .url, summary: "the server whose metadata must be the plan's"),
            SettingDescriptor(
                "propagation", .span,
                summary: "how long a change takes to be everywhere, at worst; 1m if left out"),
        ] + DeclaredProbe.settings,
        capabilities: capabilities)

    /// The server of `plan`.
    init(_ plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(plan.server)
        let clientID = plan.clientID.rawValue
        let url = try settings.requiredAddress("url")
            .replacing(Self.place, with: URLPart.segment(clientID))
        try Self.require(
            settings, "rotates_on_update", "a server that keeps its secret can't rotate it")
        try Self.require(
            settings, "keeps_registration_token",
            "there is no place to keep a new registration access token in")
        let reference = try Self.reference(settings, clientID)
        let token = try await parts.resolver.resolve(reference, for: settings.adapter)
        let login = AdminLogin(
            adapter: settings.adapter, proof: .fixed(scheme: "Bearer", token),
            findings: parts.resolver.findings(about: [reference], for: settings.adapter))
        let api = AdminAPI(
            address: url, caFile: try settings.caFile(), login: login, http: parts.http,
            words: RFC7592API.words)
        self.init(
            api: RFC7592API(admin: api, clientID: clientID, token: token),
            probe: try DeclaredProbe.read(settings, plan, parts),
            issuer: try settings.address("issuer"),
            propagation: try settings.span(
                "propagation", default: Self.capabilities.propagation))
    }

    /// A promise of the server that only the plan can make.
    private static func require(_ settings: Settings, _ name: String, _ reason: String)
        throws(AdapterError)
    {
        _ = try settings.requiredText(name)
        guard try settings.boolean(name, default: false) else {
            throw settings.invalid(name, "must be true: \(reason)")
        }
    }

    private static func reference(_ settings: Settings, _ clientID: String)
        throws(AdapterError) -> SecretReference
    {
        let name = "registration_token"
        guard try settings.requiredText(name).contains(place) else {
            return try settings.requiredReference(name)
        }
        // In a path or a command it is one word, and no way to another folder.
        guard URLPart.segment(clientID) == clientID,
            let reference = SecretReference(
                try settings.requiredText(name).replacing(place, with: clientID))
        else { throw settings.invalid(name, "is no reference for \(safeText(clientID))") }
        return reference
    }
}
