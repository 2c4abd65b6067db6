import Foundation
import Glibc
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

private let context = ReloadContext(
    client: ClientName(rawValue: "billing"), rotation: RotationID(rawValue: "r1"), phase: .reload,
    since: Instant(milliseconds: 0))

@Suite struct SignalHookTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// A shell that writes its id, and on a signal what it was.
    private func service() async throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            cd "$1" && trap 'echo HUP >> got' HUP && trap 'echo USR1 >> got' USR1
            echo $$ > pid.new && mv pid.new pid
            while :; do sleep 0.02; done
            """, "sh", scratch.path,
        ]
        try process.run()
        let isReady = await eventually(within: .seconds(30)) {
            FileManager.default.fileExists(atPath: scratch.at("pid"))
        }
        #expect(isReady)
        return process
    }

    private func hook(_ more: [String: SettingValue] = [:]) throws -> SignalHook {
        try SignalHook(
            .of("signal", ["pid_file": .text(scratch.at("pid"))].merging(more) { $1 }))
    }

    private func received() -> String { (try? scratch.read("got")) ?? "" }

    private func expectReceived(
        _ signals: String, at place: SourceLocation = #_sourceLocation
    ) async {
        _ = await eventually(within: .seconds(30)) { received() == signals }
        #expect(received() == signals, sourceLocation: place)
    }

    /// One more signal, which comes behind any that was sent before.
    private func expectNothingButTheNext(
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        try await hook(["signal": "USR1"]).reload(context)
        await expectReceived("USR1\n", at: place)
    }

    @Test(arguments: ["HUP", "USR1"])
    func `the process gets the signal`(signal: String) async throws {
        let process = try await service()
        defer { process.terminate() }
        let hook = try hook(["signal": .text(signal), "process": "sh"])
        #expect(try await hook.preflight() == [])
        try await hook.reload(context)
        await expectReceived("\(signal)\n")
    }

    @Test func `a process with another name gets nothing`() async throws {
        let process = try await service()
        defer { process.terminate() }
        let error = await adapterError { try await hook(["process": "billing"]).reload(context) }
        #expect(error?.code == "signal-other-process")
        try await expectNothingButTheNext()
    }

    /// Its number was another one's when the file was written.
    @Test func `a process that is younger than the file gets nothing`() async throws {
        let process = try await service()
        defer { process.terminate() }
        try date(Date(timeIntervalSinceNow: -3_600))
        let error = await adapterError { try await hook().reload(context) }
        #expect(error?.code == "signal-stale")
        #expect(await adapterError { _ = try await hook().preflight() }?.code == "signal-stale")
        try date(Date())
        try await expectNothingButTheNext()
    }

    private func date(_ moment: Date) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: moment], ofItemAtPath: scratch.at("pid"))
    }

    @Test(arguments: ["", "1", "-1", "0", "x", "99999999999", "12 34"])
    func `what is no process id is never signalled`(text: String) async throws {
        try scratch.write(text, to: "pid")
        #expect(await adapterError { try await hook().reload(context) }?.code == "signal-no-pid")
    }

    @Test func `a dead process, a missing file and one that anybody can write are told apart`()
        async throws
    {
        let missing = await adapterError { try await hook().reload(context) }
        #expect(missing?.code == "signal-no-pid-file")
        try scratch.write("2147483646\n", to: "pid")
        #expect(
            await adapterError { try await hook().reload(context) }?.code == "signal-not-running")
        #expect(chmod(scratch.at("pid"), 0o666) == 0)
        let open = await adapterError { try await hook().reload(context) }
        #expect(open?.code == "signal-pid-file-unfit" && open?.kind == .refused)
    }

    @Test func `only signals that mean reading again can be chosen`() {
        #expect(throws: AdapterError.self) { try hook(["signal": "KILL"]) }
    }
}

@Suite struct SystemdHookTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// A stand-in that writes down what it is asked, and answers as told.
    private func hook(
        _ values: [String: SettingValue] = ["unit": "billing.service"],
        load: String = "loaded", active: String = "active", exit code: Int = 0
    ) throws -> SystemdHook {
        let script = """
            #!/bin/sh
            echo "$*" >> \(scratch.at("asked"))
            case "$2" in
            --property=LoadState) echo \(load); exit 0 ;;
            --property=ActiveState) echo \(active); exit 0 ;;
            esac
            [ \(code) = 0 ] || echo "Job for $4 failed." >&2
            exit \(code)
            """
        let program = try scratch.write(script, to: "systemctl")
        #expect(chmod(program, 0o755) == 0)
        return try SystemdHook(.of("systemd", values), program: program)
    }

    @Test func `the unit is reloaded, and must be active then`() async throws {
        try await hook().reload(context)
        #expect(
            try scratch.read("asked") == """
                reload-or-restart --no-ask-password -- billing.service
                show --property=ActiveState --value --no-ask-password -- billing.service

                """)
        let dead = await adapterError { try await hook(active: "failed").reload(context) }
        // It was reloaded, whatever came of it.
        #expect(dead?.code == "systemd-not-active" && dead?.kind == .unknown)
        #expect(dead?.message == "systemd: billing.service is failed afterwards")
    }

    @Test func `a unit that didn't run needn't, where it is only tried`() async throws {
        let values: [String: SettingValue] = [
            "unit": "billing.service", "verb": "try-reload-or-restart",
        ]
        try await hook(values, active: "inactive").reload(context)
        let needed = await adapterError { try await hook(active: "inactive").reload(context) }
        #expect(needed?.code == "systemd-not-active")
    }

    @Test func `what systemctl says is told`() async throws {
        let failed = await adapterError { try await hook(exit: 1).reload(context) }
        #expect(failed?.code == "systemd-failed" && failed?.kind == .unknown)
        #expect(failed?.message.contains("Job for billing.service failed.") == true)
        let none = try SystemdHook(
            .of("systemd", ["unit": "billing.service"]), program: scratch.at("none"))
        let absent = await adapterError { try await none.reload(context) }
        #expect(absent?.code == "systemd-no-systemctl" && absent?.provesNoEffect == true)
    }

    @Test func `a reload that systemctl didn't see the end of may have been done`() async throws {
        let program = try scratch.write("#!/bin/sh\nexec sleep 60\n", to: "systemctl")
        #expect(chmod(program, 0o755) == 0)
        let slow = try SystemdHook(
            .of("systemd", ["unit": "billing.service", "timeout": "100ms"]), program: program)
        #expect(await adapterError { try await slow.reload(context) }?.kind == .unknown)
        // A look changes nothing.
        let look = await adapterError { _ = try await slow.preflight() }
        #expect(look?.kind == .unavailable(retryAfter: nil))
    }

    @Test func `a unit that isn't there is found by check`() async throws {
        #expect(try await hook().preflight() == [])
        let found = try await hook(load: "not-found").preflight()
        #expect(found.map(\.code) == ["systemd-unit-not-loaded"])
    }

    @Test(arguments: ["", "--now.service", "a b.service", "a;b.service"])
    func `what is no name of a unit is refused`(unit: String) {
        #expect(throws: AdapterError.self) { try hook(["unit": .text(unit)]) }
    }
}

@Suite struct HTTPHookTests {
    private func hook(
        _ http: any HTTPClient, _ values: [String: SettingValue] = [:]
    ) async throws -> HTTPHook {
        let url: [String: SettingValue] = ["url": "https://billing.example/-/reload"]
        let resolver = SecretResolver(
            environment: ["RELOAD": "Bearer hush"], http: http)
        return try await HTTPHook(.of("http", url.merging(values) { $1 }), resolver)
    }

    @Test func `it posts once what the hook is told, and no secret but its own`() async throws {
        let http = Recorder { _ in HTTPResponse(status: 202) }
        let hook = try await hook(http, ["authorization": "env:RELOAD"])
        #expect(try await hook.preflight() == [])
        try await hook.reload(context)
        let sent = http.exchanges.map(\.request)
        #expect(sent.count == 1 && sent[0].method == "POST" && sent[0].attempts == .one)
        #expect(sent[0].headers["Authorization"] == "Bearer hush")
        #expect(
            String(decoding: sent[0].body ?? [], as: UTF8.self)
                == #"{"client":"billing","rotation":"r1","phase":"reload"}"# + "\n")
    }

    @Test func `anything but a 2xx is a failed attempt`() async {
        for (answer, code) in [
            (.success(HTTPResponse(status: 503)), "http-server-error"),
            (.success(HTTPResponse(status: 302)), "http-redirected"),
            (.success(HTTPResponse(status: 401)), "http-unauthorized"),
            (.failure(HTTPFailure(.notSent, "no route")), "http-unreachable"),
            (.failure(HTTPFailure(.interrupted, "reset")), "http-no-answer"),
        ] as [(Result<HTTPResponse, HTTPFailure>, String)] {
            let http = Recorder { _ throws(HTTPFailure) in try answer.get() }
            let error = await adapterError { try await hook(http).reload(context) }
            #expect(error?.code == code)
        }
    }

    @Test func `an authorization that a group can read is told of`() async throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("Bearer hush", to: "authorization", mode: 0o640)
        let hook = try await hook(OneAnswer(200, ""), ["authorization": .text("file:\(file)")])
        #expect(try await hook.preflight().map(\.code) == ["http-reference-shared"])
    }
}
