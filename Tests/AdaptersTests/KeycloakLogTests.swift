import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// How a realm's events are asked for.
@Suite struct KeycloakLogTests {
    private static let now: Int64 = 1_795_000_000_000

    /// A page of events that begin `age` milliseconds ago, the newest first.
    private static func page(of age: Int64, _ count: Int = 250) -> HTTPResponse {
        let events = (0..<Int64(count)).map { number in
            #"{"time":\#(now - age - number),"type":"CODE_TO_TOKEN_ERROR","ipAddress":"10.0.0.7","#
                + #""error":"invalid_client_credentials"}"#
        }.joined(separator: ",")
        return HTTPResponse(status: 200, body: Array("[\(events)]".utf8))
    }

    private static func json(_ text: String) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }

    private func keycloak(_ pages: [HTTPResponse]) async throws
        -> (any AuthorizationServer, Recorder)
    {
        let recorder = Recorder { request throws(HTTPFailure) in
            let url = request.url
            if url.contains("openid-connect/token") {
                return Self.json(#"{"access_token":"t","token_type":"Bearer","expires_in":300}"#)
            }
            if url.contains("/events/config") { return Self.json(#"{"eventsEnabled":true}"#) }
            let number = pages.indices.first { url.hasSuffix("&first=\($0 * 250)") }
            return number.map { pages[$0] } ?? HTTPResponse(status: 404)
        }
        let registry = AdapterRegistry(http: recorder, environment: ["ADMIN": "x"]) {
            Instant(milliseconds: Self.now)
        }
        let settings: [String: SettingValue] = [
            "url": "https://login.example", "realm": "r",
            "admin": .group(["client_id": "admin", "client_secret": "env:ADMIN"]),
        ]
        let server = try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "billing"),
                server: .of("keycloak", settings), stores: []))
        return (server, recorder)
    }

    private func questions(_ recorder: Recorder) -> [String] {
        recorder.exchanges.map(\.request.url).filter { $0.contains("/events?") }
    }

    /// Those of before 2025 know days only, and answer anything else with 400.
    @Test func `every kind of refusal is asked for, and no version minds the question`()
        async throws
    {
        let (server, recorder) = try await keycloak([Self.page(of: 0, 3)])
        let told = try #require(
            try await server.presentations(since: Instant(milliseconds: Self.now - 1)))
        #expect(told.events.count == 2 && !told.isTruncated, "one is older")
        let asked = try #require(questions(recorder).first)
        for kind in [
            "CLIENT_LOGIN", "CODE_TO_TOKEN", "REFRESH_TOKEN", "TOKEN_EXCHANGE", "INTROSPECT_TOKEN",
        ] {
            #expect(asked.contains("&type=\(kind)_ERROR"))
        }
        #expect(asked.contains("&type=CLIENT_LOGIN&") && !asked.contains("date"))
    }

    @Test func `what is older than the question isn't read on`() async throws {
        let (server, recorder) = try await keycloak([
            Self.page(of: 0), Self.page(of: 1_000), Self.page(of: 100_000),
        ])
        let since = Instant(milliseconds: Self.now - 1_100)
        let told = try #require(try await server.presentations(since: since))
        #expect(told.events.count == 351 && !told.isTruncated)
        #expect(questions(recorder).count == 2)
    }
}
