import ClientCredentials
import HTTPTransport
import RotationCore

@testable import Adapters

private let adminSecret = "Aq7-admin-token-of-the-fuzzer-0123456789"
private let oldSecret = "Bq7-old-secret-of-the-fuzzer-0123456789ab"
private let newSecret = "Cq7-new-secret-of-the-fuzzer-0123456789ab"

extension FuzzTarget {
    /// Answers of Okta's admin API and token endpoint.
    static let okta = FuzzTarget("okta") { bytes in
        let http = AnswerList(bytes.dropFirst())
        let server = Okta(
            api: OktaAPI(
                admin: admin("okta", http, OktaAPI.words), appID: "0oa1",
                now: { Instant(milliseconds: 1_795_000_000_000) }),
            log: OktaLog(
                admin: admin("okta", http, OktaAPI.words), clientID: "billing",
                now: { Instant(milliseconds: 1_795_000_000_000) }),
            grants: OktaGrants(
                admin: admin("okta", http, OktaAPI.words), appID: "0oa1", kind: .application,
                isOrg: true),
            probe: probe("okta", http) { $0 == 401 && $1 == "invalid_client" },
            issuer: "https://a.example")
        return InlineExecutor.run { await ask(server, bytes.first ?? 0, http) }
    }

    /// Answers of Keycloak's admin API and token endpoint.
    static let keycloak = FuzzTarget("keycloak") { bytes in
        let http = AnswerList(bytes.dropFirst())
        let server = Keycloak(
            api: KeycloakAPI(
                admin: admin("keycloak", http, KeycloakAPI.words), realm: "r",
                clientID: "billing"),
            probe: probe("keycloak", http) { $0 == 401 && $1 == "unauthorized_client" },
            issuer: "https://a.example", now: { Instant(milliseconds: 1_795_000_000_000) })
        return InlineExecutor.run { await ask(server, bytes.first ?? 0, http) }
    }

    private static func admin(
        _ adapter: String, _ http: AnswerList,
        _ words: @escaping @Sendable (HTTPResponse) -> String?
    ) -> AdminAPI {
        AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: adapter, proof: .fixed(scheme: "Bearer", ClientSecret(adminSecret)),
                findings: []),
            http: http, words: words)
    }

    private static func probe(
        _ adapter: String, _ http: AnswerList,
        isRefusal: @escaping @Sendable (Int, String) -> Bool
    ) -> TokenProbe {
        TokenProbe(
            adapter: adapter, endpoint: TokenEndpoint(url: "https://a.example/token"),
            clientID: "billing", method: .basic, http: http, isRefusal: isRefusal)
    }

    /// Makes one call and looks at what comes of it.
    private static func ask(_ server: any AuthorizationServer, _ call: UInt8, _ http: AnswerList)
        async -> String?
    {
        let known = KnownSecrets(old: ClientSecret(oldSecret), new: ClientSecret(newSecret))
        let id = CredentialID(rawValue: "ocs1")
        do throws(AdapterError) {
            switch call % 8 {
            case 0: _ = try await server.credentials(knowing: known)
            case 1: return await create(server, http)
            case 2: try await server.delete(id, keeping: ClientSecret(oldSecret))
            case 3: try await server.delete(Keycloak.Slot.rotated, keeping: ClientSecret(oldSecret))
            case 4: try await server.delete(Keycloak.Slot.current, keeping: ClientSecret(oldSecret))
            case 5:
                let findings = try await server.preflight(overlap: .hours(1))
                return findings.lazy.compactMap { unseen($0.message) ?? unseen($0.code) }.first
            case 6: _ = try await server.identity()
            default: return await authenticate(server, http)
            }
            return nil
        } catch { return leak(error, of: [adminSecret, oldSecret, newSecret]) }
    }

    /// A creation whose answer leaves room for doubt must not be taken for one that failed.
    private static func create(_ server: any AuthorizationServer, _ http: AnswerList)
        async -> String?
    {
        let own = server.capabilities.origin == .client ? ClientSecret(newSecret) : nil
        do throws(AdapterError) {
            _ = try await server.create(own, label: "holdover/1/2/3")
            guard http.exchanges.contains(where: { $0.method == "POST" && $0.status < 300 }) else {
                return "a creation without a success succeeded"
            }
            return nil
        } catch {
            let mayHaveHappened = http.exchanges.contains {
                $0.method == "POST"
                    && ($0.status < 400 || [408, 409].contains($0.status)
                        || $0.status >= 500)
            }
            let isMended = error.code == "keycloak-no-overlap"
            if mayHaveHappened, error.provesNoEffect, !isMended {
                return "\(error.code): a creation that may have happened is taken for none"
            }
            return leak(error, of: [adminSecret, oldSecret, newSecret])
        }
    }

    /// Only the server's own 401 proves a secret dead.
    private static func authenticate(_ server: any AuthorizationServer, _ http: AnswerList)
        async -> String?
    {
        do throws(AdapterError) {
            let result = try await server.authenticate(
                with: ClientSecret(newSecret), connection: .fresh)
            let status = http.exchanges.last?.status
            let isFair = result == .accepted ? status == 200 : status == 401
            return isFair ? nil : "\(result) is read from \(status ?? 0)"
        } catch { return leak(error, of: [newSecret]) }
    }
}
