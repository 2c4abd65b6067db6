import AdapterContracts
import RotationCore
import Testing

@testable import Adapters

/// Two clients that take turns, at a server where the caller makes the secret and at one that does.
@Suite(.practice, .serialized) struct BlueGreenTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func settings(_ dialect: String) -> [String: SettingValue] {
        let name = dialect.uppercased()
        let admin: [String: SettingValue] =
            dialect == "auth0"
            ? [
                "client_id": .text(practice["AUTH0_ADMIN_CLIENT_ID"]),
                "client_secret": "env:AUTH0_ADMIN_CLIENT_SECRET",
            ] : ["token": .text("env:\(name)_TOKEN")]
        return ["url": .text(practice["\(name)_URL"]), "admin": .group(admin)]
    }

    private func pair(_ dialect: String, _ more: String = "") async throws
        -> (server: BlueGreen, blue: (id: String, secret: ClientSecret), green: String)
    {
        let blue = try await practice.client(dialect, more)
        let green = try await practice.client(dialect, more)
        let settings = settings(dialect)
        let sides = [
            try await practice.server(dialect, settings, blue.id, [:]),
            try await practice.server(dialect, settings, green.id, [:]),
        ]
        let registrations = zip([blue.id, green.id], sides).map { id, server in
            BlueGreen.Registration(client: ClientID(rawValue: id), server: server)
        }
        return (
            try BlueGreen(blue: registrations[0], green: registrations[1]), blue, green.id
        )
    }

    @Test(arguments: ["authentik", "gitlab"])
    func `the pair keeps the contract of a server with two secrets`(dialect: String) async throws {
        let (server, blue, _) = try await pair(dialect)
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: blue.secret)
        #expect(result.violations == [])
    }

    @Test func `nothing is thrown away while the secret that must stay is refused`() async throws {
        let (server, blue, green) = try await pair("authentik")
        let id = CredentialID(rawValue: blue.id)
        let error = await adapterError {
            try await server.delete(id, keeping: Practice.secret())
        }
        #expect(error?.kind == .conflict && error?.code == "blue-green-survivor-refused")
        #expect(try await server.authenticate(with: blue.secret, connection: .fresh) == .accepted)
        let made = try await server.create(Practice.secret(), beside: id, label: "l")
        #expect(made.id.rawValue == green)
    }

    @Test func `who is in use must be said, and be one of the two`() async throws {
        let (server, _, _) = try await pair("authentik")
        let stranger = CredentialID(rawValue: "stranger")
        for error in [
            await adapterError { _ = try await server.create(Practice.secret(), label: "l") },
            await adapterError {
                _ = try await server.create(Practice.secret(), beside: stranger, label: "l")
            },
        ] { #expect(error?.code == "blue-green-no-side") }
        let error = await adapterError {
            try await server.delete(stranger, keeping: Practice.secret())
        }
        #expect(error?.kind == .missing)
    }

    @Test func `both registrations' logs are read, and a token names the secret`() async throws {
        let (server, blue, green) = try await pair("auth0", #","auth_method":"client_secret_post""#)
        #expect(server.capabilities.events == .named)
        #expect(server.capabilities.eventLag == Auth0.capabilities.eventLag)
        let ids = [blue.id, green].map(CredentialID.init(rawValue:))
        _ = try await server.authenticate(with: blue.secret, of: ids[0], connection: .fresh)
        for id in ids {
            _ = try await server.authenticate(with: Practice.secret(), of: id, connection: .fresh)
        }
        let told = try #require(try await server.presentations(since: Instant(milliseconds: 0)))
        let granted = told.events.accepted
        #expect(granted.map(\.credential) == [ids[0]], "each is tried at its own registration")
        #expect(
            Set(told.events.refused.map(\.application)) == ["\(blue.id) (M2M)", "\(green) (M2M)"])
        #expect(
            told.events.refused.count == 2
                && told.events.refused.allSatisfy { $0.credential == nil })
    }

    private static let early = Instant(milliseconds: 1_000)
    private static let late = Instant(milliseconds: 2_000)
    private static let event = Presentation(at: early, outcome: .refused(code: "invalid_client"))

    private func reading(_ blue: LogOnly.Told, _ green: LogOnly.Told) async throws -> Presentations?
    {
        let sides = [("b", blue), ("g", green)].map { name, told in
            BlueGreen.Registration(
                client: ClientID(rawValue: name), server: LogOnly(told: told))
        }
        return try await BlueGreen(blue: sides[0], green: sides[1])
            .presentations(since: Instant(milliseconds: 0))
    }

    @Test func `two logs reach as far as the one that is behind, and are cut off where one is`()
        async throws
    {
        let short = Presentations([Self.event], seenUpTo: Self.early)
        let cut = Presentations([Self.event], seenUpTo: Self.late, isTruncated: true)
        for (blue, green) in [(short, cut), (cut, short)] {
            let both = try await reading(.success(blue), .success(green))
            #expect(both?.seenUpTo == Self.early && both?.isTruncated == true)
            #expect(both?.events.map(\.application) == ["b", "g"])
        }
        #expect(try await reading(.success(short), .success(short))?.isTruncated == false)
    }

    @Test func `a log that can't be read isn't taken for an empty one`() async throws {
        let away = AdapterError(.unavailable(retryAfter: nil), code: "away", message: "away")
        let fine = LogOnly.Told.success(Presentations([Self.event], seenUpTo: Self.late))
        for (blue, green) in [(fine, .failure(away)), (.failure(away), fine)] {
            let error = await adapterError { _ = try await reading(blue, green) }
            #expect(error?.code == "away")
        }
        #expect(try await reading(fine, .success(nil)) == nil)
    }

    @Test func `where secrets are told by trying, our own tokens name nobody`() {
        var tried = Auth0.capabilities
        tried.recognition = .trial
        #expect(BlueGreen.pairing(tried)?.events == .each)
    }
}

/// A server of which nothing but the log is asked.
private struct LogOnly: AuthorizationServer {
    typealias Told = Result<Presentations?, AdapterError>

    let told: Told
    let capabilities = Auth0.capabilities

    private var no: AdapterError { AdapterError(.refused, code: "no", message: "no") }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try told.get()
    }

    func identity() async throws(AdapterError) -> TargetIdentity { throw no }
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] { throw no }
    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        throw no
    }
    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    { throw no }
    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    { throw no }
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    { throw no }
}
