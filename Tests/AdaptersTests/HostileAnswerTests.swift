import ClientCredentials
import FoundationEssentials
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Admin APIs that answer with what no admin API says: pages, redirects, bombs.
@Suite struct HostileAnswerTests {
    private static let page = "<html><title>\u{1B}[2J welcome</title></html>"
    private static let deep = String(repeating: "[", count: 500_000)
    private let id = CredentialID(rawValue: "ocs1")
    private let old = ClientSecret("old")

    private func admin(_ adapter: String, _ http: OneAnswer) -> AdminAPI {
        AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: adapter, proof: .fixed(scheme: "Bearer", ClientSecret("admin")),
                findings: []), http: http, words: { _ in nil })
    }

    private func server(_ adapter: String, _ http: OneAnswer) -> any AuthorizationServer {
        let now: @Sendable () -> Instant = { Instant(milliseconds: 1_795_000_000_000) }
        let probe = TokenProbe(
            adapter: adapter, endpoint: TokenEndpoint(url: "https://a.example/token"),
            clientID: "billing", method: .basic, http: http, isRefusal: { _, _ in true })
        let api = admin(adapter, http)
        switch adapter {
        case "okta":
            return Okta(
                api: OktaAPI(admin: api, appID: "0oa1", now: now),
                log: OktaLog(admin: api, clientID: "billing", now: now),
                grants: OktaGrants(admin: api, appID: "0oa1", kind: .application, isOrg: true),
                probe: probe, issuer: "https://a.example")
        case "pingfederate":
            return PingFederate(
                api: PingFederateAPI(admin: api, clientID: "billing", now: now), probe: probe,
                issuer: "https://a.example", lifetime: .hours(24))
        case "salesforce":
            return Salesforce(
                api: SalesforceAPI(
                    admin: api, appID: "0x1", clientID: "billing", consumerID: nil),
                probe: probe, issuer: "https://a.example", adminKey: "admin")
        case "pingone":
            return PingOne(
                api: PingOneAPI(
                    admin: api, environment: "e", application: "billing", now: now), probe: probe,
                issuer: "https://a.example", retain: .hours(24), need: .hours(1), adminID: "admin")
        case "buntubi":
            return Buntubi(
                api: BuntubiAPI(admin: api, clientID: "billing"), probe: probe,
                issuer: "https://a.example", need: .hours(1), isExclusive: true)
        case "wso2":
            return WSO2(
                api: WSO2API(admin: api, clientID: "billing", application: "a", now: now),
                probe: probe, issuer: "https://a.example", limit: 2, lifetime: nil, period: nil,
                isExclusive: true)
        default:
            return Keycloak(
                api: KeycloakAPI(admin: api, realm: "r", clientID: "billing"), probe: probe,
                issuer: "https://a.example", now: now)
        }
    }

    @Test(
        arguments: [
            "buntubi", "keycloak", "okta", "pingfederate", "pingone", "salesforce", "wso2",
        ],
        [(200, page), (200, deep), (200, "{}"), (200, "")])
    func `no call takes something else with status 200 for its answer`(
        adapter: String, answer: (status: Int, body: String)
    ) async throws {
        let server = server(
            adapter, OneAnswer(answer.status, answer.body, type: "text/html"))
        let slot = Keycloak.Slot.rotated
        let errors = [
            await adapterError { _ = try await server.identity() },
            await adapterError { _ = try await server.credentials(knowing: KnownSecrets()) },
            await adapterError { try await server.delete(slot, keeping: old) },
            await adapterError {
                _ = try await server.authenticate(with: old, connection: .fresh)
            },
        ]
        for error in errors {
            let message = try #require(error?.message)
            #expect(!message.contains("\u{1B}") && message.unicodeScalars.count < 400)
        }
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.contains { $0.severity == .problem })
    }

    @Test(arguments: [(200, page), (201, page), (200, deep), (302, ""), (307, ""), (502, page)])
    func `a creation that got no answer of its own is in doubt`(
        answer: (status: Int, body: String)
    ) async {
        let http = OneAnswer(answer.status, answer.body, type: "text/html")
        let error = await adapterError {
            _ = try await server("okta", http).create(ClientSecret("new"), label: "l")
        }
        #expect(error?.kind == .unknown)
        #expect(http.methods == ["POST"], "a creation is sent once")
        let api = KeycloakAPI(admin: admin("keycloak", http), realm: "r", clientID: "billing")
        let client = try? JSONDecoder().decode(
            KeycloakClient.self, from: Data(#"{"id":"1","clientId":"billing"}"#.utf8))
        let again = await adapterError {
            _ = try await api.regenerate(try #require(client))
        }
        #expect(again?.kind == .unknown)
        #expect(http.methods == ["POST", "POST"])
        let wso2 = await adapterError {
            _ = try await server("wso2", http).create(nil, label: "l")
        }
        #expect(wso2?.kind == .unknown)
        let buntubi = await adapterError {
            _ = try await server("buntubi", http).create(nil, label: "l")
        }
        #expect(buntubi?.kind == .unknown)
        let pingOne = PingOneAPI(
            admin: admin("pingone", http), environment: "e", application: "billing"
        ) { Instant(milliseconds: 0) }
        let rotation = await adapterError {
            _ = try await pingOne.rotate(keepingPreviousUntil: Instant(milliseconds: 86_400_000))
        }
        #expect(rotation?.kind == .unknown)
        #expect(http.methods == Array(repeating: "POST", count: 5))
    }

    @Test func `a creation without a value in its answer is in doubt`() async throws {
        let http = OneAnswer(200, #"{"type":"secret"}"#)
        let api = KeycloakAPI(admin: admin("keycloak", http), realm: "r", clientID: "billing")
        let client = try JSONDecoder().decode(
            KeycloakClient.self, from: Data(#"{"id":"1","clientId":"billing"}"#.utf8))
        let error = await adapterError { _ = try await api.regenerate(client) }
        #expect(error?.kind == .unknown)
    }

    @Test func `a period that no clock can count is the longest there is`() throws {
        let profiles = try JSONDecoder().decode(
            KeycloakProfiles.self,
            from: Data(
                """
                {"profiles":[{"name":"p","executors":[{"executor":"secret-rotation",
                "configuration":{"rotated-expiration-period":9223372036854775807}}]}]}
                """.utf8))
        #expect(profiles.rotations["p"] == Span(milliseconds: .max))
    }

    @Test func `a mount that is being made ready is asked again later`() async throws {
        // Word for word what OpenBao 2.7 says just after `sys/mounts`.
        let http = OneAnswer(
            400,
            """
            {"errors":["Upgrading from non-versioned to versioned data. This backend will be \
            unavailable for a brief period and will resume service shortly."]}
            """)
        let api = VaultAPI(
            address: "https://vault.example", namespace: nil, caFile: nil, http: http,
            indexes: VaultIndexes())
        let answer = try await api.send("POST", "secret/data/x", token: "t", .repeatable)
        let error = api.error(answer, .repeatable)
        #expect(error.kind == .unavailable(retryAfter: nil))
        #expect(error.code == "vault-mount-not-ready")
    }

    @Test(arguments: [page, deep, "{}", #"{"data":[]}"#, #"{"data":{"data":"x"}}"#])
    func `a page is no document of Vault`(body: String) {
        #expect(throws: AdapterError.self) {
            try VaultDocument(Array(body.utf8), field: "secret")
        }
    }
}
