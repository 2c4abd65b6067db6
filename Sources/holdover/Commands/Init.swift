import ArgumentParser
import Foundation
import RotationCore
import RotationEngine

/// `holdover init`: makes the journal, and the key that it is sealed with.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the journal, and the key that it is sealed with.",
        discussion: """
            The key is a file of mode 0600 outside the state directory. Keep it out of the backups
            that hold the journal. An existing key is used as it is and never replaced.

            With --wrap-key the file holds no key but what Vault or OpenBao made of it, and whatever
            needs the key has it unwrapped there (Sources/Adapters/Vault/Transit.md).

            Beside the key lies the anchor, a small file that says how far the journal has come, so
            that one put back from a backup is not taken for the present one.

            Examples:
              holdover init
              holdover init --state-dir /var/lib/holdover --seal-key /etc/holdover/seal.key
              holdover init --wrap-key transit.json
            """)

    @Option(
        help: ArgumentHelp(
            "The anchor, outside of the state directory (else beside the key).", valueName: "file"))
    var anchor: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file that says who wraps the new key, such as Vault's transit.",
            valueName: "file"))
    var wrapKey: String?

    @OptionGroup var workspace: Workspace

    func run() async throws {
        let directory = workspace.stateDirectory
        let path = workspace.givenKeyPath ?? workspace.defaultKeyPath
        try Self.check("the key", path, liesOutside: directory, option: "--seal-key")
        if let anchor {
            try Self.check("the anchor", anchor, liesOutside: directory, option: "--anchor")
        }
        try Self.makeDirectory(directory)
        do { try StateDirectory.check(directory) } catch { throw Problem(error, in: directory) }
        let isThere = access(Journal.path(in: directory), F_OK) == 0
        guard !isThere || Journal.isUnfinished(in: directory) else {
            let failure = JournalFailure(
                .exists, "\(Journal.path(in: directory)) exists already; it was not touched")
            throw Problem(failure, in: directory)
        }
        try checkNothingLost(directory, key: path)
        let (key, isNew) = try await KeyRing(path: path).keyOrNew(wrappedAs: wrapKey)
        let clock = SystemClock()
        let id = SystemRandom().identifier(at: clock.now())
        let absolute = Self.absolute(path)
        let anchorPath =
            anchor.map(Self.absolute) ?? AnchorSearch.path(beside: absolute, databaseID: id)
        let journal = try Journal.create(
            in: directory, key: key, keyPath: absolute, anchorPath: anchorPath, databaseID: id,
            at: clock.now())
        try journal.close()
        try Ballast.make(in: directory)
        try report(path, isNew, directory, anchorPath)
    }

    /// A journal that is gone leaves its anchor behind: what it knew must not be forgotten.
    private func checkNothingLost(_ directory: String, key: String) throws {
        let found = AnchorSearch.anchors(
            for: directory, beside: Self.absolute(key), orAt: anchor.map(Self.absolute))
        guard let lost = found.first else { return }
        throw Problem(
            .journal, code: "journal-lost",
            "\(lost.path) is the anchor of a journal in \(directory) that is gone",
            state: "nothing was made; what that journal rotated may be half-way",
            hint: "put the journal back, or: holdover recover, which only looks")
    }

    private func report(_ path: String, _ isNew: Bool, _ directory: String, _ anchor: String) throws
    {
        struct Made: Encodable { let journal, key, anchor: String; let keyIsNew: Bool }
        let journal = Journal.path(in: directory)
        if workspace.json {
            return try workspace.console.document(
                Made(journal: journal, key: path, anchor: anchor, keyIsNew: isNew))
        }
        workspace.console.line("journal   \(journal)")
        workspace.console.line("key       \(path)\(isNew ? " (new)" : " (was there already)")")
        workspace.console.line("anchor    \(anchor)")
        workspace.console.line(
            "next      write a plan into \(workspace.plansDirectory)/, then: holdover check")
    }

    private static func check(
        _ what: String, _ path: String, liesOutside directory: String, option: String
    ) throws {
        guard absolute(path).hasPrefix(absolute(directory) + "/") else { return }
        throw Problem(
            .usage, code: "key-in-state", "\(what) must not lie in the state directory",
            state: "nothing was made", hint: "name another file with \(option)")
    }

    static func makeDirectory(_ path: String) throws {
        do {
            try StateDirectory.make(absolute(path))
        } catch {
            throw Problem(
                .journal, code: "directory-unusable",
                "\(path) can't be made: \(error.localizedDescription)",
                state: "nothing was made", hint: "make it by hand, of mode 0700")
        }
    }

    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
