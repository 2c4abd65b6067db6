import Foundation
import Testing

/// The command: what it prints, how it ends, `start` and `stop`.
struct CommandTests {
    private func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = PracticeProcess.executable
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func temporaryDirectory() throws -> URL {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "practice-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal ends it at once with exit code 0`(signal: Int32) throws {
        let server = try PracticeProcess()
        let end = server.end(with: signal)
        #expect(end.reason == .exit)
        #expect(end.code == 0)
    }

    @Test func `it prints where it is and what opens it`() throws {
        let server = try PracticeProcess(
            environment: ["PRACTICE_OKTA_API_TOKEN": "a-token-from-outside"])
        #expect(server.url.hasPrefix("http://127.0.0.1:"))
        #expect(server.lines["OKTA_API_TOKEN"] == "a-token-from-outside")
        #expect(server.lines["KEYCLOAK_REALM"] == "practice")
        for name in ["KEYCLOAK_ADMIN_CLIENT_ID", "KEYCLOAK_ADMIN_CLIENT_SECRET", "PRACTICE_KEY"] {
            #expect(server.lines[name]?.isEmpty == false)
        }
    }

    @Test func `a port file and a seed file are honoured`() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let seed = directory.appending(path: "seed.json")
        let port = directory.appending(path: "port")
        try Data(
            """
            {"clients":[{"dialect":"okta","client_id":"seeded","internal_id":"0oaSeeded",\
            "secret":"seeded-secret-0123"}],"settings":{"token_lifetime":60}}
            """.utf8
        ).write(to: seed)
        let server = try PracticeProcess(arguments: [
            "--seed-file", seed.path(percentEncoded: false),
            "--port-file", port.path(percentEncoded: false),
        ])
        let answer = try server.token(Path.okta, "seeded", "seeded-secret-0123")
        #expect(answer.json["expires_in"].number == 60)
        #expect(try server.okta("GET", "0oaSeeded").status == 200)
        let written = try String(contentsOf: port, encoding: .utf8)
        #expect(written == "\(server.http.port)\n")
    }

    @Test func `start leaves a server behind and stop ends it`() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.path(percentEncoded: false)
        #expect(try run(["start", "--state", path]) == 0)
        let file = directory.appending(path: "practice.env")
        let attributes = try FileManager.default.attributesOfItem(
            atPath: file.path(percentEncoded: false))
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        let lines = PracticeProcess.parse(try Data(contentsOf: file))
        let port = lines["PRACTICE_URL"]?.split(separator: ":").last.flatMap { UInt16($0) }
        let http = RawHTTP(port: try #require(port))
        #expect(try http.send("GET", "/.well-known/openid-configuration").status == 200)
        #expect(try run(["start", "--state", path]) != 0)
        #expect(try run(["stop", "--state", path]) == 0)
        #expect(throws: RawHTTP.Cut.refused(ECONNREFUSED)) { try http.send("GET", "/") }
        #expect(!FileManager.default.fileExists(atPath: file.path(percentEncoded: false)))
        #expect(try run(["stop", "--state", path]) == 0)
    }

    @Test func `it logs nothing, so no secret either`() throws {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let path = output.path(percentEncoded: false)
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let server = try PracticeProcess(
            environment: ["LOG_LEVEL": "trace"], standardError: FileHandle(forWritingTo: output))
        try server.makeClient(
            #"{"dialect":"okta","client_id":"billing","secret":"first-secret-0123456789"}"#)
        try server.control("POST", "faults", #"{"times":1,"kind":"lost_answer","match":{}}"#)
        for secret in ["first-secret-0123456789", "first-secret-0123456789", "wrong-secret"] {
            _ = try? server.token(Path.okta, "billing", secret)
        }
        _ = try server.http.send("POST", "/nowhere", body: "client_secret=first-secret")
        _ = server.end(with: SIGTERM)
        #expect(try Data(contentsOf: output).isEmpty)
    }

    @Test func `output of start ends with start`() throws {
        let directory = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.path(percentEncoded: false)
        let process = Process()
        process.executableURL = PracticeProcess.executable
        process.arguments = ["start", "--state", path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        #expect(try output.fileHandleForReading.readToEnd() ?? Data() == Data())
        #expect(try run(["stop", "--state", path]) == 0)
    }

    @Test func `it listens on loopback only`() throws {
        let server = try PracticeProcess()
        #expect(Self.connects(to: "127.0.0.1", port: server.http.port))
        // A server that listens on every address would answer here too.
        #expect(!Self.connects(to: "127.0.0.2", port: server.http.port))
    }

    private static func connects(to address: String, port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &place.sin_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, size) == 0
            }
        }
    }

    @Test func `a request for nothing known gets the dialect's own not found`() throws {
        let server = try PracticeProcess()
        #expect(try server.http.send("GET", "/api/v1/users").json["errorCode"] == "E0000007")
        #expect(try server.http.send("GET", "/admin/serverinfo").status == 404)
        #expect(try server.http.send("GET", "/").status == 404)
    }
}
