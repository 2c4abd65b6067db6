import Foundation
import Glibc
import Testing

/// The real binary, started for one test and ended with it.
final class PracticeProcess: Sendable {
    /// The `NAME=value` lines that it printed.
    let lines: [String: String]
    let http: RawHTTP
    private let process: Process

    struct NotReady: Error {}

    /// The executable that the package built beside the tests.
    static let executable = Bundle.main.bundleURL.appending(path: "practice-server")

    init(
        arguments: [String] = [], environment: [String: String] = [:],
        standardError: FileHandle = .standardError
    ) throws {
        process = Process()
        process.standardError = standardError
        process.executableURL = Self.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(environment) { _, own in own }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        lines = try Self.read(output.fileHandleForReading)
        let port = lines["PRACTICE_URL"]?.split(separator: ":").last.flatMap { UInt16($0) }
        http = RawHTTP(port: try #require(port))
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    private static func read(_ handle: FileHandle) throws -> [String: String] {
        var data = Data()
        while !(data.last == UInt8(ascii: "\n") && data.contains("PRACTICE_PID=")) {
            let piece = try piece(of: handle)
            guard !piece.isEmpty else { throw NotReady() }
            data += piece
        }
        return parse(data)
    }

    /// What there is to read; Foundation ends the process where a signal comes between.
    private static func piece(of handle: FileHandle) throws -> Data {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(handle.fileDescriptor, &buffer, buffer.count)
            if count >= 0 { return Data(buffer.prefix(count)) }
            guard errno == EINTR else { throw NotReady() }
        }
    }

    static func parse(_ data: Data) -> [String: String] {
        let pairs = String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return Dictionary(pairs) { _, last in last }
    }

    /// Sends a signal and gives the exit code.
    func end(with signal: Int32) -> (reason: Process.TerminationReason, code: Int32) {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return (process.terminationReason, process.terminationStatus)
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { firstRange(of: Data(text.utf8)) != nil }
}

extension PracticeProcess {
    var url: String { lines["PRACTICE_URL"] ?? "" }

    /// Asks the control API.
    @discardableResult
    func control(_ method: String, _ path: String, _ body: String? = nil) throws -> RawHTTP.Answer {
        try http.send(
            method, "/practice/\(path)",
            headers: ["X-Practice-Key": lines["PRACTICE_KEY"] ?? ""], body: body)
    }

    /// Makes a client and gives its app id or uuid.
    @discardableResult
    func makeClient(_ json: String) throws -> String {
        let answer = try control("POST", "clients", json)
        try #require(answer.status == 201, "\(answer.text)")
        return answer.json["app_id"].string ?? answer.json["uuid"].string ?? ""
    }

    /// Asks a token endpoint for `client_credentials` with Basic.
    func token(
        _ path: String, _ clientID: String, _ secret: String, form: String? = nil
    ) throws -> RawHTTP.Answer {
        let pair = "\(Self.form(clientID)):\(Self.form(secret))"
        return try post(
            path, form ?? "grant_type=client_credentials",
            headers: ["Authorization": "Basic \(Data(pair.utf8).base64EncodedString())"])
    }

    func post(
        _ path: String, _ form: String, headers: [String: String] = [:]
    ) throws -> RawHTTP.Answer {
        let type = ["Content-Type": "application/x-www-form-urlencoded"]
        return try http.send(
            "POST", path, headers: headers.merging(type) { own, _ in own }, body: form)
    }

    /// Form-urlencodes everything but letters and digits.
    static func form(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    func okta(_ method: String, _ path: String, _ body: String? = nil) throws -> RawHTTP.Answer {
        try http.send(
            method, "/api/v1/apps/\(path)",
            headers: [
                "Authorization": "SSWS \(lines["OKTA_API_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    /// An admin token of the practised Keycloak realm.
    func keycloakToken() throws -> String {
        let answer = try token(
            Path.keycloak, lines["KEYCLOAK_ADMIN_CLIENT_ID"] ?? "",
            lines["KEYCLOAK_ADMIN_CLIENT_SECRET"] ?? "")
        return try #require(answer.json["access_token"].string)
    }

    func keycloak(_ method: String, _ path: String, _ body: String? = nil) throws -> RawHTTP.Answer
    {
        try http.send(
            method, "/admin/realms/practice/\(path)",
            headers: [
                "Authorization": "Bearer \(try keycloakToken())",
                "Content-Type": "application/json",
            ], body: body)
    }
}

/// The token endpoints.
enum Path {
    static let org = "/oauth2/v1/token"
    static let okta = "/oauth2/default/v1/token"
    static let keycloak = "/realms/practice/protocol/openid-connect/token"
}
