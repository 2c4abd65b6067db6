import Foundation
import HTTPTransport

/// A practice server of our own on loopback.
struct PracticeServer {
    let environment: [String: String]
    private let program: String
    private let state: String
    private let scratch: Scratch
    private let http = CurlClient()

    init(_ programs: Programs, _ scratch: Scratch) throws {
        program = programs.practiceServer
        self.scratch = scratch
        let state = try scratch.directory("practice")
        self.state = state
        let path = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        let start = try Child.run(program, ["start", "--state", state], path, in: scratch)
        guard start.code == 0 else { throw Failure("practice-server: \(start.complaint)") }
        let text = try String(contentsOfFile: "\(state)/practice.env", encoding: .utf8)
        environment = Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").compactMap { line in
                let halves = line.split(separator: "=", maxSplits: 1).map(String.init)
                return halves.count == 2 ? (halves[0], halves[1]) : nil
            })
        if pid > 0 { scratch.began(pid) }
    }

    private var pid: pid_t { self["PRACTICE_PID"].flatMap { pid_t($0) } ?? 0 }

    subscript(name: String) -> String? { environment[name] }

    func stop() throws {
        _ = try Child.run(program, ["stop", "--state", state], environment, in: scratch)
        scratch.ended(pid)
    }

    /// Milliseconds of CPU that the server has used (proc(5): fields 14 and 15 of stat).
    func processor() -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return (user + system) * 1_000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Makes clients that have `secret` of their name.
    func register(_ names: [String], secret: @Sendable @escaping (String) -> String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                if index >= 32 { try await group.next() }
                group.addTask {
                    try await control(
                        "POST", "clients",
                        #"{"dialect":"okta","client_id":"\#(name)","internal_id":"\#(name)","#
                            + #""secret":"\#(secret(name))"}"#)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Lets every answer come `milliseconds` late.
    func delay(by milliseconds: Int) async throws {
        try await control(
            "POST", "faults", #"{"match":{},"kind":"slow","ms":\#(milliseconds)}"#)
    }

    func removeDelay() async throws { try await control("DELETE", "faults", nil) }

    /// Whether the token endpoint takes `secret`.
    func accepts(_ secret: String, of name: String) async throws -> Bool {
        let pair = Data("\(name):\(secret)".utf8).base64EncodedString()
        let answer = try await http.send(
            HTTPRequest(
                method: "POST", url: self["OKTA_TOKEN_URL"] ?? "",
                headers: [
                    "Authorization": "Basic \(pair)",
                    "Content-Type": "application/x-www-form-urlencoded",
                ], body: Array("grant_type=client_credentials".utf8)))
        return answer.status == 200
    }

    private func control(_ method: String, _ path: String, _ body: String?) async throws {
        let answer = try await http.send(
            HTTPRequest(
                method: method, url: "\(self["PRACTICE_URL"] ?? "")/practice/\(path)",
                headers: [
                    "X-Practice-Key": self["PRACTICE_KEY"] ?? "",
                    "Content-Type": "application/json",
                ], body: body.map { Array($0.utf8) }))
        guard (200..<300).contains(answer.status) else {
            throw Failure("the practice server answered \(path) with \(answer.status)")
        }
    }
}
