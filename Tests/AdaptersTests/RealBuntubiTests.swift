import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// The same at a real buntubi, started by `Tests/Services/buntubi.sh`.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .practice, .realServer("buntubi"), .serialized)
struct RealBuntubiTests {
    private let real: RealServerProcess
    private let ground: BuntubiGround

    init() throws {
        let real = try #require(WithRealServer.current)
        self.real = real
        ground = BuntubiGround(url: real["ISSUER"], token: real["ADMIN_TOKEN"]) {
            let made = try await Self.ask(
                real, "POST", "organizations/\(real["ORG_ID"])/apps",
                #"{"name":"test","client_type":"confidential","kind":"backend","#
                    + #""grant_types":["client_credentials"],"scopes":["read","write"]}"#)
            return (
                try #require(try made.node(at: ["app", "client_id"])?.text),
                ClientSecret(try #require(try made.node(at: ["client_secret"])?.text))
            )
        }
    }

    private static func ask(
        _ real: RealServerProcess, _ method: String, _ path: String, _ json: String? = nil
    ) async throws -> JSONDocument {
        let response = try await CurlClient().send(
            HTTPRequest(
                method: method, url: "\(real["ISSUER"])/developer/api/\(path)",
                headers: [
                    "Authorization": "Bearer \(real["ADMIN_TOKEN"])",
                    "Content-Type": "application/json",
                ], body: json.map { Array($0.utf8) }))
        try #require((200..<300).contains(response.status), "\(method) \(path)")
        return try JSONDocument(response.body)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        try await ground.expectContract(method)
    }

    @Test func `a new secret ends the old one after a day, which is known by how it begins`()
        async throws
    {
        try await ground.expectEndOfOthers()
    }

    @Test func `the list tells which secret was used, and when`() async throws {
        try await ground.expectUseTold()
    }

    @Test func `a new secret is withdrawn only where nobody used it`() async throws {
        try await ground.expectOnlyUnusedWithdrawn()
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        try await ground.expectSurvivor()
    }

    @Test func `the wrong token, app and overlap are told apart`() async throws {
        try await ground.expectMistakesToldApart()
    }

    @Test func `the practice server's answers have the members of the real ones`() async throws {
        let practice = try #require(Practice.current)
        let ours = try await practice.client("buntubi")
        let theirs = try await ground.makeClient()
        let answer = try await practice.http.send(
            HTTPRequest(
                url: "\(practice["BUNTUBI_URL"])/developer/api/apps/\(ours.id)",
                headers: ["Authorization": "Bearer \(practice["BUNTUBI_TOKEN"])"]))
        let practised = try JSONDocument(answer.body)
        let real = try await Self.ask(real, "GET", "apps/\(theirs.id)")
        for place in [[], ["app"], ["app", "secrets", "0"]] {
            #expect(try Self.names(practised, place) == Self.names(real, place))
        }
    }

    @Test func `its log has what the page says of who is refused`() async throws {
        let client = try await ground.makeClient()
        let server = try await ground.server(client.id)
        let words = "127.0.0.1 - \(client.id) ["
        #expect(try await real.logs(words, ofRefusalBy: server))
        let log = try String(contentsOfFile: real["LOG"], encoding: .utf8)
        let line = log.split(separator: "\n").last { $0.hasPrefix(words) }
        #expect(line?.contains(#""POST /oauth/token HTTP/1.1" 401"#) == true)
        #expect(line?.hasSuffix(#""holdover""#) == true)
    }

    private static func names(_ document: JSONDocument, _ place: [String]) throws -> Set<String> {
        guard case .object(let members, _)? = try document.node(at: place) else { return [] }
        return Set(members.map(\.key))
    }
}
