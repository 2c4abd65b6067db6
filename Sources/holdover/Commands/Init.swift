import ArgumentParser
import Foundation
import RotationCore
import RotationEngine

/// `holdover init`: makes the journal, and the key that it is sealed with.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the journal, and the key that it is sealed with.",
        discussion: """
            The key is a file of mode 0600 outside the state directory. Keep it out of the backups
            that hold the journal. An existing key is used as it is and never replaced.

            Examples:
              holdover init
              holdover init --state-dir /var/lib/holdover --seal-key /etc/holdover/seal.key
            """)

    @OptionGroup var workspace: Workspace

    func run() throws {
        let directory = workspace.stateDirectory
        let path = workspace.givenKeyPath ?? workspace.defaultKeyPath
        try Self.check(key: path, liesOutside: directory)
        try Self.makeDirectory(directory)
        do { try StateDirectory.check(directory) } catch { throw Problem(error, in: directory) }
        guard access(Journal.path(in: directory), F_OK) != 0 else {
            let failure = JournalFailure(
                .exists, "\(Journal.path(in: directory)) exists already; it was not touched")
            throw Problem(failure, in: directory)
        }
        let (key, isNew) = try Self.key(at: path)
        let clock = SystemClock()
        let journal = try Journal.create(
            in: directory, key: key, keyPath: Self.absolute(path),
            databaseID: SystemRandom().identifier(at: clock.now()), at: clock.now())
        try journal.close()
        try report(path, isNew, directory)
    }

    private func report(_ path: String, _ isNew: Bool, _ directory: String) throws {
        struct Made: Encodable { let journal, key: String; let keyIsNew: Bool }
        let journal = Journal.path(in: directory)
        if workspace.json {
            return try workspace.console.document(
                Made(journal: journal, key: path, keyIsNew: isNew))
        }
        workspace.console.line("journal   \(journal)")
        workspace.console.line("key       \(path)\(isNew ? " (new)" : " (was there already)")")
        workspace.console.line(
            "next      write a plan into \(workspace.plansDirectory)/, then: holdover check")
    }

    private static func check(key path: String, liesOutside directory: String) throws {
        guard absolute(path).hasPrefix(absolute(directory) + "/") else { return }
        throw Problem(
            .usage, code: "key-in-state", "the key must not lie in the state directory",
            state: "nothing was made", hint: "name another file with --seal-key")
    }

    private static func key(at path: String) throws -> (SealingKey, isNew: Bool) {
        if access(path, F_OK) == 0 { return (try SealingKey.load(path: path), false) }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try makeDirectory(parent)
        let key = SealingKey.generate()
        try key.save(path: path)
        return (key, true)
    }

    private static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Problem(
                .journal, code: "directory-unusable",
                "\(path) can't be made: \(error.localizedDescription)",
                state: "nothing was made", hint: "make it by hand, of mode 0700")
        }
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
