import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Answers every request alike: what the reporter makes of an answer is what is asked here.
private struct Answering: HTTPClient {
    let answer: Result<HTTPResponse, HTTPFailure>

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        try answer.get()
    }
}

@Suite struct HTTPSReporterTests {
    private func report(_ answer: Result<HTTPResponse, HTTPFailure>) async throws
        -> AdoptionReport?
    {
        try await HTTPSReporter(
            .of("https", ["url": "https://app.example/adoption"]), http: Answering(answer: answer)
        ).report(since: nil)?.word
    }

    @Test func `the body's last line is the report, and no page is no report`() async throws {
        let line = "holdover-adoption-v1 2026-11-23T15:04:05Z 0123456789abcdef0123456789abcdef\n"
        let found = try await report(.success(HTTPResponse(status: 200, body: Array(line.utf8))))
        #expect(found?.spelledAt == "2026-11-23T15:04:05Z")
        #expect(try await report(.success(HTTPResponse(status: 404))) == nil)
        #expect(try await report(.success(HTTPResponse(status: 204))) == nil)
    }

    @Test func `everything else is no report but an error`() async {
        for (answer, code) in [
            (.success(HTTPResponse(status: 503)), "report-server-error"),
            (.success(HTTPResponse(status: 401)), "report-unauthorized"),
            (.success(HTTPResponse(status: 302)), "report-redirected"),
            (.success(HTTPResponse(status: 200, body: Array("<html>".utf8))), "report-malformed"),
            (.failure(HTTPFailure(.notSent, "no route")), "report-unreachable"),
            (.failure(HTTPFailure(.interrupted, "reset")), "report-no-answer"),
        ] as [(Result<HTTPResponse, HTTPFailure>, String)] {
            #expect(await adapterError { _ = try await report(answer) }?.code == code)
        }
    }

    @Test(
        arguments: [[:], ["url": "http://app.example/x"], ["url": "app"]]
            as [[String: SettingValue]])
    func `an address that isn't https is refused`(values: [String: SettingValue]) {
        #expect(throws: AdapterError.self) {
            try HTTPSReporter(
                .of("https", values), http: Answering(answer: .success(HTTPResponse(status: 200))))
        }
    }
}
