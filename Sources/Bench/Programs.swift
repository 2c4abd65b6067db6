import Foundation

/// The binaries that are measured: those beside this one.
struct Programs {
    let holdover: String
    let practiceServer: String

    init(_ scratch: Scratch) throws {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let directory = ProcessInfo.processInfo.environment["HOLDOVER_BIN_DIR"] ?? beside
        holdover = "\(directory)/holdover"
        practiceServer = "\(directory)/practice-server"
        for program in [holdover, practiceServer] where access(program, X_OK) != 0 {
            throw Failure(
                "\(program) is missing: swift build -c release --product holdover, practice-server")
        }
    }
}

/// A place for holdover to work in: journal, plans and key of its own.
struct Place {
    let directory: String
    let plans: String
    var environment: [String: String]
    private let programs: Programs
    private let scratch: Scratch

    /// Makes the directories and the journal.
    init(_ name: String, _ programs: Programs, _ scratch: Scratch) throws {
        self.programs = programs
        self.scratch = scratch
        directory = try scratch.directory(name)
        plans = try scratch.directory("\(name)/plans")
        environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOLDOVER_STATE_DIR": try scratch.directory("\(name)/state"),
            "HOLDOVER_PLANS_DIR": plans, "HOLDOVER_SEAL_KEY_FILE": "\(directory)/seal.key",
        ]
        _ = try holdover(["init"])
    }

    var database: String { "\(directory)/state/holdover.sqlite" }

    /// Runs the command, which must succeed.
    func holdover(_ arguments: [String]) throws -> Child {
        let child = try Child.run(programs.holdover, arguments, environment, in: scratch)
        guard child.code == 0 else {
            let words = child.complaint.isEmpty ? child.output : child.complaint
            throw Failure(
                "holdover \(arguments.joined(separator: " ")) ended with \(child.code): "
                    + words.suffix(600))
        }
        return child
    }
}
