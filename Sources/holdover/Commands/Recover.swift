import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine

/// `holdover recover`: a person's decision after a restored or a lost journal.
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide about a journal that was put back from a backup, or that is gone.",
        discussion: """
            Looks at every server and store that the journal and the plans name, and says what it
            finds; changes nothing there. With --accept the journal is taken for the present one and
            every live rotation is held until you type resume or rollback. A journal that is gone is
            made anew, with the same key.

            Examples:
              holdover recover
              holdover recover --accept --reason "disk replaced, backup of Monday"
            """)

    @Flag(help: "Take the journal for the present one; make it anew where it is gone.")
    var accept = false

    @Option(help: "Why, for the audit; needed with --accept.")
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "The anchor of a journal that is gone (else beside the key).", valueName: "file"))
    var anchor: String?

    @OptionGroup var workspace: Workspace

    func validate() throws {
        if accept, reason?.isEmpty != false { throw ValidationError("--accept needs --reason") }
    }

    func run() async throws {
        let directory = workspace.stateDirectory
        let isGone =
            access(Journal.path(in: directory), F_OK) != 0 || Journal.isUnfinished(in: directory)
        do {
            if isGone { try await remake(directory) } else { try await recover(directory) }
        } catch let failure as JournalFailure { throw Problem(failure, in: directory) }
    }

    /// Plans with an error are named and left out: a recovery must not wait for them.
    private func plans() -> [PlacedPlan] {
        do { return try PlanShelf(directory: workspace.plansDirectory).all() } catch {
            if let errors = error as? PlanErrors { workspace.console.report(Problem(errors)) }
            return []
        }
    }

    private var words: String { [Start.actor, reason].compactMap { $0 }.joined(separator: ": ") }

    // MARK: A journal that was put back

    private func recover(_ directory: String) async throws {
        let looking = try workspace.reading()
        let keyPath = workspace.givenKeyPath ?? looking.keyPath
        try looking.close()
        let recovery = try Recovery(
            directory: directory, key: try await KeyRing(path: keyPath).key(),
            factory: Ports.factory(), clock: SystemClock())
        if recovery.freeze == nil, recovery.journal.anchorPath != nil {
            return try refuseWhereAllIsWell()
        }
        var report = RecoveryReport(
            frozen: recovery.freeze?.kind.rawValue,
            message: recovery.freeze?.message ?? "the journal has no anchor",
            clients: try await recovery.sightings(of: plans().map(\.plan)))
        if accept {
            report.held = try recovery.accept(reason: words).map(\.rawValue)
            report.isAccepted = true
        }
        try conclude(report)
    }

    private func refuseWhereAllIsWell() throws {
        let words = "the journal agrees with its anchor"
        guard accept else {
            if !workspace.json { return workspace.console.line("\(words); nothing to decide") }
            return try workspace.console.document(
                RecoveryReport(frozen: nil, message: words, clients: []))
        }
        throw Problem(
            .usage, code: "nothing-to-recover", words, state: "nothing was touched",
            hint: "holdover status")
    }

    // MARK: A journal that is gone

    private func remake(_ directory: String) async throws {
        let keyPath = Init.absolute(workspace.givenKeyPath ?? workspace.defaultKeyPath)
        let lost = AnchorSearch.anchors(
            for: directory, beside: keyPath, orAt: anchor.map(Init.absolute)
        ).first
        guard lost != nil || access(keyPath, F_OK) == 0 else {
            let failure = JournalFailure(
                .missing, "there is no journal in \(directory), no anchor and no key")
            throw Problem(failure, in: directory)
        }
        let key = try await KeyRing(path: keyPath).key()
        let placed = plans()
        var report = RecoveryReport(
            frozen: "journal-lost",
            message: lost.map {
                "the journal is gone; it had come to line \($0.anchor.sequence) of run "
                    + "\($0.anchor.epoch)"
            } ?? "the journal is gone, and so is its anchor",
            clients: await Recovery.sightings(
                of: placed.map(\.plan), key: key, factory: Ports.factory()))
        if accept {
            try make(directory, key, keyPath, lost, placed)
            report.isAccepted = true
            report.journal = Journal.path(in: directory)
        }
        try conclude(report)
    }

    private func make(
        _ directory: String, _ key: SealingKey, _ keyPath: String,
        _ lost: (path: String, anchor: Anchor)?, _ placed: [PlacedPlan]
    ) throws {
        try Init.makeDirectory(directory)
        try StateDirectory.check(directory)
        let lock = try StateLock(directory: directory)
        defer { withExtendedLifetime(lock) {} }
        let now = SystemClock().now()
        let id = SystemRandom().identifier(at: now)
        let path =
            lost?.path ?? anchor.map(Init.absolute)
            ?? AnchorSearch.path(beside: keyPath, databaseID: id)
        let journal = try Journal.create(
            in: directory, key: key, keyPath: keyPath, anchorPath: path,
            replacesAnchor: lost != nil, databaseID: id, at: now)
        defer { try? journal.close() }
        try journal.noteLoss(lost?.anchor, reason: words, at: now)
        let random = SystemRandom()
        _ = try PlanShelf(directory: workspace.plansDirectory).note(in: journal, at: now) {
            random.fraction()
        }
    }

    private func conclude(_ report: RecoveryReport) throws {
        if workspace.json {
            try workspace.console.document(report)
        } else {
            report.lines.forEach(workspace.console.line)
        }
        if !accept { throw Stop(exit: .personNeeded) }
    }
}
