import Foundation
import RotationCore

/// The documentation's page of the state machine, made from the code and from nothing else.
struct StateMachinePage {
    /// Every state that there is: 17 running, 17 held, and the two ends.
    static let states: [RotationState] =
        Phase.allCases.map(RotationState.running) + Phase.allCases.map(RotationState.held)
        + [.completed, .abandoned]

    /// Where the committed page lies.
    static let url = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/RotationCore/RotationCore.docc/StateMachine.md")
        .standardized

    /// The page.
    var text: String {
        ([Self.opening, diagram, Self.middle] + [table]).joined(separator: "\n\n") + "\n"
    }

    /// The cells of the committed table, by state and event.
    static func committedCells() throws -> [String: [String: String]] {
        let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("|") }
            .map {
                $0.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
            }
            .map { row in row.map { $0.trimmingCharacters(in: .whitespaces) } }
        guard let head = rows.first else { return [:] }
        return Dictionary(
            rows.dropFirst(2).map { row in
                (row[0], Dictionary(zip(head, row).dropFirst(3).map { ($0, $1) }) { $1 })
            }
        ) { $1 }
    }

    private static let opening = """
        # The state machine

        Every state, every event and what comes of it, as `transition(_:on:)` has it.

        This page is made by the tests. `HOLDOVER_WRITE_GOLDEN=1 swift test --filter StateMachine`
        writes it anew; a page that differs from the code fails them.

        ## The picture

        The phases of a running rotation. Left out, because it is the same for all: `stopped` holds
        a rotation in its phase, and `resumed` goes on with that phase.
        """

    private static let middle = """
        ## The table

        An empty cell is an event that makes no sense there: `InvalidTransition`, always a bug.
        """

    private var diagram: String {
        let edges = Phase.allCases.flatMap { phase in
            let known: [(RotationState, RotationEvent)] = RotationEvent.allCases.compactMap {
                guard $0 != .stopped, let next = Self.next(.running(phase), $0) else { return nil }
                return (next, $0)
            }
            var targets: [RotationState] = []
            for (target, _) in known where !targets.contains(target) { targets.append(target) }
            return targets.map { target in
                let events = known.filter { $0.0 == target }.map(\.1.rawValue)
                return "    \(phase.rawValue) --> \(Self.node(target)): "
                    + events.joined(separator: ", ")
            }
        }
        let ends = ["    completed --> [*]", "    abandoned --> [*]"]
        let starts = ["    [*] --> create", "    [*] --> stage: pre-stage"]
        let lines = ["```mermaid", "stateDiagram-v2"] + starts + edges + ends
        return (lines + ["```"]).joined(separator: "\n")
    }

    private var table: String {
        let events = RotationEvent.allCases.map(\.rawValue)
        let head = ["state", "step", "effect"] + events
        let rows = Self.states.map { state in
            [Self.name(state), state.phase?.step.rawValue ?? "", Self.effect(state)]
                + RotationEvent.allCases.map { Self.next(state, $0).map(Self.name) ?? "" }
        }
        let rule = head.map { _ in "---" }
        return ([head, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }
            .joined(separator: "\n")
    }

    static func next(_ state: RotationState, _ event: RotationEvent) -> RotationState? {
        try? transition(state, on: event)
    }

    private static func effect(_ state: RotationState) -> String {
        guard let effect = state.effect else { return "" }
        return "`" + "\(effect)".replacing(/RotationCore\.SecretRole/, with: "") + "`"
    }

    static func name(_ state: RotationState) -> String {
        switch state {
        case .running(let phase): "running \(phase.rawValue)"
        case .held(let phase): "held \(phase.rawValue)"
        case .completed: "completed"
        case .abandoned: "abandoned"
        }
    }

    private static func node(_ state: RotationState) -> String {
        state.phase?.rawValue ?? name(state)
    }
}
