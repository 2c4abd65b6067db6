import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Which of several secrets is the newest, where moments are coarse or clocks differ.
@Suite(.practice, .serialized) struct BarbicanMomentTests {
    private let ground: CloudGround

    init() throws {
        ground = CloudGround(.barbican, try #require(Practice.current).values)
    }

    /// The service as one whose lists are answered with `date`, and other moments in them.
    private func service(_ date: String, _ moments: @escaping @Sendable (String) -> String)
        -> Recorder
    {
        let real = ground.http
        return Recorder { request throws(HTTPFailure) in
            let answer = try await real.send(request)
            guard request.url.contains("/secrets?name=") else { return answer }
            var headers = answer.headers
            headers["Date"] = date
            let body = moments(String(decoding: answer.body, as: UTF8.self))
            return HTTPResponse(status: answer.status, headers: headers, body: Array(body.utf8))
        }
    }

    private func store(_ name: String, over http: any HTTPClient) async throws -> any SecretStore {
        try await ground.store(["secret": .text(name)], over: http)
    }

    /// Every moment as `text`.
    private static func all(_ text: String) -> @Sendable (String) -> String {
        { body in
            let mark = #""created":""#
            let parts = body.split(separator: mark, omittingEmptySubsequences: false)
            return parts[0]
                + parts.dropFirst().map { "\(mark)\(text)\($0.drop { $0 != "\"" })" }
                .joined()
        }
    }

    @Test(arguments: [
        ("2026-11-27T22:01:16", "Fri, 27 Nov 2026 22:01:16 GMT", false),
        ("2026-11-27T22:01:16", "Fri, 27 Nov 2026 22:01:15 GMT", false),
        ("2026-11-27T22:01:16", "Fri, 27 Nov 2026 22:01:17 GMT", true),
        ("2026-11-27T22:01:16.9", "Fri, 27 Nov 2026 22:01:15 GMT", true),
        ("2026-11-27T22:01:16.9", "Fri, 27 Nov 2026 22:01:14 GMT", false),
        ("2026-11-27T22:01:16", "yesterday", true),
    ])
    func `nothing is written that would not be newer`(
        created: String, date: String, isWritten: Bool
    ) async throws {
        let name = try await ground.make("old")
        let store = try await store(name, over: service(date, Self.all(created)))
        let error = await adapterError { try await store.replace(with: "new") }
        if isWritten {
            // Now there are two of the same moment, as far as this list says.
            #expect(error?.kind == .unknown && error?.code == "barbican-same-moment")
        } else {
            #expect(error?.kind == .unavailable(retryAfter: .seconds(1)))
            #expect(error?.code == "barbican-too-soon")
        }
        #expect(try await ground.versions(of: name).count == (isWritten ? 2 : 1))
    }

    @Test func `two secrets of one moment are said to be two`() async throws {
        let name = try await ground.make("old")
        try await ground.put("other", in: name)
        let store = try await store(
            name, over: service("", Self.all("2026-11-27T22:01:16")))
        #expect(try await store.preflight().map(\.code) == ["barbican-same-moment"])
        #expect(await adapterError { _ = try await store.read() }?.kind == .refused)
    }

    @Test func `a list that is behind doesn't say that a write is done`() async throws {
        let name = try await ground.make("old")
        let real = ground.http
        let path = "/secrets?name="
        let first = try await ground.ask("GET", "/v1/secrets?name=\(name)").bytes
        let behind = Recorder { request throws(HTTPFailure) in
            let answer = try await real.send(request)
            guard request.url.contains(path) else { return answer }
            return HTTPResponse(status: 200, headers: answer.headers, body: first)
        }
        let store = try await store(name, over: behind)
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown && error?.code == "barbican-not-shown")
        #expect(try await ground.text(of: name) == "new")
    }

    @Test func `the newest is so by its moment, in whatever order it is listed`() async throws {
        let name = try await ground.make("old")
        try await ground.put("new", in: name)
        let real = ground.http
        let backwards = Recorder { request throws(HTTPFailure) in
            var request = request
            request.url = request.url.replacing("created:desc", with: "created:asc")
            return try await real.send(request)
        }
        let store = try await store(name, over: backwards)
        #expect(try await store.read()?.secret?.matches(ClientSecret("new")) == true)
    }

    @Test(
        arguments: [
            ("Fri, 27 Nov 2026 22:01:16 GMT", "2026-11-27T22:01:16Z"),
            ("Sun, 01 Mar 2026 00:00:00 GMT", "2026-03-01T00:00:00Z"),
            ("Friday, 27-Nov-26 22:01:16 GMT", nil), ("Fri, 27 Nov 2026 22:01:16 CET", nil),
            ("Fri, 31 Feb 2026 22:01:16 GMT", nil), ("", nil), (nil, nil),
        ] as [(String?, String?)])
    func `dates of answers are read in one form only`(text: String?, moment: String?) {
        #expect(BarbicanAPI.second(text) == moment.flatMap(Instant.init(rfc3339:)))
    }
}
