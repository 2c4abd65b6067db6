import ArgumentParser
import Foundation
import RotationCore
import RotationEngine

/// `holdover audit`.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify, sign or export the audit.",
        subcommands: [Verify.self, Export.self, SignCheckpoint.self, PublicKey.self])

    /// `holdover audit verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every line of the audit against the chain of hashes.",
            discussion: """
                Offline, without the key. Keep the head or a checkpoint elsewhere: a chain alone
                can't tell that its end was cut off. A checkpoint is checked with --public-key, else
                with the sealing key.

                Examples:
                  holdover audit verify
                  holdover audit verify --head 3f9a...
                  holdover audit verify --against checkpoint --public-key checkpoint.pub
                """)
        @Option(help: "A head kept from an earlier verify; it must still be in the chain.")
        var head: String?
        @Option(
            help: ArgumentHelp(
                "A file with a checkpoint; the chain must pass through it.", valueName: "file"))
        var against: String?
        @Option(
            help: ArgumentHelp(
                "The public key of the checkpoint: its line, or a file.", valueName: "key"))
        var publicKey: String?
        @OptionGroup var workspace: Workspace

        func validate() throws {
            if publicKey != nil, against == nil {
                throw ValidationError("--public-key needs --against")
            }
            if head != nil, against != nil {
                throw ValidationError("choose one of --head and --against")
            }
        }

        func run() async throws {
            struct View: Encodable {
                let lines: Int64; let head: String; let damage, fault: String?
            }
            let journal = try workspace.reading()
            defer { try? journal.close() }
            let verdict = try await verdict(on: journal)
            if workspace.json {
                try workspace.console.document(
                    View(
                        lines: verdict.lines, head: verdict.head, damage: verdict.damage,
                        fault: verdict.fault?.rawValue))
            } else if verdict.fault != .badSignature {
                workspace.console.line("\(verdict.lines) lines fit, head \(verdict.head)")
            }
            guard let fault = verdict.fault else { return }
            throw Problem(fault, verdict.damage ?? fault.rawValue)
        }

        private func verdict(on journal: Journal) async throws -> AuditVerdict {
            guard let against else { return try journal.verifyAudit(through: head) }
            guard let line = Self.text(of: against), let checkpoint = Checkpoint(line: line) else {
                throw Problem(
                    .usage, code: "no-checkpoint", "\(against) holds no checkpoint",
                    state: "nothing was checked", hint: "holdover audit checkpoint makes one")
            }
            return try journal.verifyAudit(against: checkpoint, signedBy: try await key(journal))
        }

        private func key(_ journal: Journal) async throws -> CheckpointKey {
            guard let publicKey else {
                return CheckpointKey(of: try await workspace.key(of: journal))
            }
            guard let key = CheckpointKey(line: Self.text(of: publicKey) ?? publicKey) else {
                throw Problem(
                    .usage, code: "no-public-key", "\(publicKey) is no key of checkpoints",
                    state: "nothing was checked", hint: "holdover audit public-key prints it")
            }
            return key
        }

        /// The last line that a file holds: a log of checkpoints is checked against its newest.
        private static func text(of path: String) -> String? {
            let text = try? String(contentsOfFile: path, encoding: .utf8)
            return text?.split(whereSeparator: \.isNewline).last.map(String.init)
        }
    }

    /// `holdover audit export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the audit as JSON lines.",
            discussion: """
                Example:
                  holdover audit export > audit.jsonl
                """)
        @OptionGroup var workspace: Workspace

        func run() throws {
            let journal = try workspace.reading()
            defer { try? journal.close() }
            for line in try journal.auditLines() {
                try workspace.console.document(line, pretty: false)
            }
        }
    }

    /// `holdover audit checkpoint`.
    struct SignCheckpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint",
            abstract: "Print a signed line that says how far the audit has come.",
            discussion: """
                Keep it where nobody can write who can write the journal: another host, a mail, a
                bucket with a lock. Needs the sealing key.

                Example:
                  holdover audit checkpoint | logger -t holdover
                """)
        @OptionGroup var workspace: Workspace

        func run() async throws {
            let journal = try workspace.reading()
            defer { try? journal.close() }
            let key = CheckpointKey(of: try await workspace.key(of: journal))
            let checkpoint = try Checkpoint(of: journal, with: key, time: SystemClock().now().utc)
            guard workspace.json else { return workspace.console.line(checkpoint.line) }
            struct View: Encodable {
                let database, head, time, key, line: String; let sequence: Int64
            }
            try workspace.console.document(
                View(
                    database: checkpoint.databaseID, head: checkpoint.head, time: checkpoint.time,
                    key: checkpoint.keyID, line: checkpoint.line, sequence: checkpoint.sequence))
        }
    }

    /// `holdover audit public-key`.
    struct PublicKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the public key that checkpoints are checked with.",
            discussion: """
                Derived from the sealing key, which can't be found from it.

                Example:
                  holdover audit public-key > checkpoint.pub
                """)
        @OptionGroup var workspace: Workspace

        func run() async throws {
            let journal = try workspace.reading()
            defer { try? journal.close() }
            let key = CheckpointKey(of: try await workspace.key(of: journal))
            guard workspace.json else { return workspace.console.line(key.line) }
            struct View: Encodable { let key, line: String }
            try workspace.console.document(View(key: key.id, line: key.line))
        }
    }
}

extension Problem {
    /// What is wrong with an audit; `fault` of the document tells the ways apart.
    init(_ fault: AuditVerdict.Fault, _ damage: String) {
        let isSigned = fault != .badSignature
        self.init(
            .failure, code: isSigned ? "audit-damaged" : fault.rawValue,
            isSigned ? "the audit is damaged: \(damage)" : damage,
            state: isSigned ? "lines before it are intact" : "the audit was not checked",
            hint: isSigned
                ? "compare with a backup; who can write the state directory did this"
                : "take another copy of the checkpoint, or name its key with --public-key")
    }
}
