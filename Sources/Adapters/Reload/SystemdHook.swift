import RotationCore

/// A reload hook that has systemd reload a unit, and sees that it is active afterwards.
struct SystemdHook: ReloadHook {
    /// What systemd is asked for.
    enum Verb: String, CaseIterable {
        case reload
        case restart
        case reloadOrRestart = "reload-or-restart"
        case tryReloadOrRestart = "try-reload-or-restart"
    }

    private let unit: String
    private let verb: Verb
    private let timeout: Span
    private let program: String

    static let descriptor = AdapterDescriptor(
        type: "systemd", summary: "has systemd reload or restart a unit",
        settings: [
            SettingDescriptor("unit", .text, required: true, summary: "such as billing.service"),
            SettingDescriptor(
                "verb", .choice(Verb.allCases.map(\.rawValue)),
                summary: "what systemctl is asked for; reload-or-restart if left out"),
            SettingDescriptor(
                "timeout", .span, summary: "how long systemctl may take; 90s if left out"),
        ])

    /// `program` is another `systemctl`, for tests.
    init(_ target: TargetSettings, program: String = "systemctl") throws(AdapterError) {
        let settings = Settings(target)
        unit = try settings.requiredText("unit")
        let isFit = unit.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || ":-_.\\@".utf8.contains(byte)
        }
        // systemd.unit(5); a name that begins with a dash would be an option.
        guard isFit, unit.first != "-" else {
            throw settings.invalid("unit", "is not the name of a unit")
        }
        verb = try settings.choice("verb", default: .reloadOrRestart)
        timeout = try settings.span("timeout", default: .seconds(90))
        self.program = program
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        let state = try await ask(["show", "--property=LoadState", "--value"])
        guard state != "loaded" else { return [] }
        return [
            Finding(
                .problem, code: "systemd-unit-not-loaded",
                message: "systemd: \(unit) is \(safeText(state))")
        ]
    }

    func reload(_ context: ReloadContext) async throws(AdapterError) {
        _ = try await ask([verb.rawValue], doubt: .unknown)
        do throws(AdapterError) { try await assertActive() } catch {
            // It was reloaded, whatever the look afterwards came to.
            throw error.leavingDoubt
        }
    }

    private func assertActive() async throws(AdapterError) {
        let state = try await ask(["show", "--property=ActiveState", "--value"])
        guard verb != .tryReloadOrRestart || state != "inactive" else { return }
        guard state == "active" || state == "reloading" else {
            throw failure("systemd-not-active", "\(unit) is \(safeText(state)) afterwards")
        }
    }

    /// The first line of an answer; `doubt` is what a `systemctl` proves that ran and failed.
    private func ask(
        _ words: [String], doubt: AdapterError.Kind = .unavailable(retryAfter: nil)
    ) async throws(AdapterError) -> String {
        let outcome = await ChildProcess(
            command: [program] + words + ["--no-ask-password", "--", unit], deadline: timeout,
            cap: 4_096
        ).run()
        let reason = "systemctl \(words[0]) \(unit): \(outcome.explanation)"
        switch outcome.ending {
        case .exited(0): break
        case .notStarted: throw failure("systemd-no-systemctl", reason)
        case .exited, .signalled, .timedOut, .lost: throw failure("systemd-failed", reason, doubt)
        }
        return String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").first
            .map(String.init) ?? ""
    }

    private func failure(
        _ code: String, _ words: String, _ kind: AdapterError.Kind = .unavailable(retryAfter: nil)
    ) -> AdapterError {
        AdapterError(kind, code: code, message: "systemd: \(words)")
    }
}
