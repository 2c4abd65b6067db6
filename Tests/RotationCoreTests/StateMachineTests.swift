import Foundation
import RotationCore
import Testing

/// The whole table, and the properties that it has as a graph.
@Suite struct StateMachineTests {
    @Test func `the committed page is the one that the code makes`() throws {
        let page = StateMachinePage().text
        if ProcessInfo.processInfo.environment["HOLDOVER_WRITE_GOLDEN"] == "1" {
            try Data(page.utf8).write(to: StateMachinePage.url)
        }
        let committed = try String(contentsOf: StateMachinePage.url, encoding: .utf8)
        let (made, kept) = (page.split(separator: "\n"), committed.split(separator: "\n"))
        for (new, old) in zip(made, kept) where new != old {
            Issue.record("the code says \(new)\nthe page says \(old)")
        }
        #expect(page == committed)
    }

    /// `make coverage` takes its count of cells from the line that is printed.
    @Test func `every cell of the committed table says what the code does`() throws {
        let events = RotationEvent.allCases
        let cells = try StateMachinePage.committedCells()
        var agreeing = 0
        for state in StateMachinePage.states {
            for event in events {
                let made = StateMachinePage.next(state, event).map(StateMachinePage.name) ?? ""
                let kept = cells[StateMachinePage.name(state)]?[event.rawValue]
                #expect(kept == made, "\(state) \(event)")
                if kept == made { agreeing += 1 }
            }
        }
        let count = StateMachinePage.states.count * events.count
        print("state × event: \(agreeing) of \(count) cells agree with the committed table")
        #expect(count == 42 * 7 && cells.count == 42)
    }

    @Test func `there are 42 states and every one but the ends has its effect or none`() {
        #expect(StateMachinePage.states.count == 42)
        #expect(Set(StateMachinePage.states).count == 42)
        for state in StateMachinePage.states {
            if case .running = state {
                #expect(state.effect != nil)
            } else {
                #expect(state.effect == nil)
            }
        }
    }

    @Test(arguments: Phase.allCases)
    func `done alone leads from every phase to the end of its direction`(phase: Phase) throws {
        let end: RotationState = phase.step == .rollback ? .abandoned : .completed
        #expect(try Graph.endOfDones(from: .running(phase)) == end)
    }

    @Test(arguments: Phase.allCases)
    func `every way back leads to abandoned, and every way forward again to completed`(
        phase: Phase
    ) throws {
        if let back = StateMachinePage.next(.running(phase), .turnedBack) {
            #expect(back.phase?.step == .rollback)
            #expect(try Graph.endOfDones(from: back) == .abandoned)
        }
        if let forward = StateMachinePage.next(.running(phase), .turnedForward) {
            #expect(phase.step == .rollback)
            #expect(try Graph.endOfDones(from: forward) == .completed)
        }
    }

    @Test func `every state can be reached, and from each the rotation can end`() {
        let start = RotationState.running(.create)
        #expect(Graph.reachable(from: [start]) == Set(StateMachinePage.states))
        for state in StateMachinePage.states {
            #expect(Graph.reachable(from: [state]).contains { $0.isEnded }, "\(state)")
        }
    }

    @Test(arguments: [Phase.write, .reload, .adopt, .overlap])
    func `nothing revokes the old secret before each phase of the proof was done`(phase: Phase) {
        let reached = Graph.reachable(from: [.running(.create)], leavingOut: phase)
        #expect(!reached.contains(.running(.disable)))
        #expect(!reached.contains(.running(.delete)))
    }

    /// A rotation that went back at once, met a changed store and was sent forward by a person is
    /// in
    /// `write` without a window of proof; `distribute` asks the server before each write for that.
    @Test(arguments: [Phase.create, .accept])
    func `only a person's word leads past the proof that the server accepts`(phase: Phase) {
        let start: Set<RotationState> = [.running(.create)]
        let alone = Graph.reachable(from: start, leavingOut: phase, without: [.turnedForward])
        #expect(!alone.contains(.running(.write)))
        #expect(!alone.contains(.running(.disable)))
        #expect(Graph.reachable(from: start, without: [.turnedForward]).contains(.completed))
    }

    @Test func `whatever leaves the revocation comes back to it through the proof only`() {
        for phase in [Phase.disable, .delete, .reinstate] {
            for event in [RotationEvent.drifted, .unproven, .turnedBack] {
                guard let next = StateMachinePage.next(.running(phase), event) else { continue }
                for proof in [Phase.write, .adopt, .overlap] {
                    let reached = Graph.reachable(from: [next], leavingOut: proof)
                    #expect(!reached.contains(.running(.disable)), "\(phase) \(event)")
                    #expect(!reached.contains(.running(.delete)), "\(phase) \(event)")
                }
            }
        }
    }

    @Test func `a distributed secret is withdrawn only when everybody is back on the old one`() {
        for proof in [Phase.restore, .recall, .readopt] {
            let reached = Graph.reachable(from: [.running(.write)], leavingOut: proof)
            #expect(!reached.contains(.running(.withdraw)))
            #expect(!reached.contains(.abandoned))
        }
    }

    @Test func `the deletion is left forward, to make good, or back by way of enabling`() {
        #expect(StateMachinePage.next(.running(.delete), .done) == .running(.prove))
        #expect(StateMachinePage.next(.running(.delete), .drifted) == .running(.reinstate))
        #expect(StateMachinePage.next(.running(.delete), .unproven) == .running(.reinstate))
        #expect(StateMachinePage.next(.running(.delete), .turnedBack) == .running(.enable))
        #expect(StateMachinePage.next(.running(.delete), .turnedForward) == nil)
        for phase in [Phase.prove, .watch, .close] {
            #expect(StateMachinePage.next(.running(phase), .turnedBack) == nil)
        }
    }

    @Test func `only the last phases end a rotation`() {
        for state in StateMachinePage.states {
            for event in RotationEvent.allCases {
                guard let next = StateMachinePage.next(state, event), next.isEnded else { continue }
                #expect(event == .done)
                #expect(state == .running(next == .completed ? .close : .withdraw))
            }
        }
    }

    @Test(arguments: Phase.allCases)
    func `a held rotation moves only because a person said so`(phase: Phase) {
        let held = RotationState.held(phase)
        for event in RotationEvent.allCases {
            let next = StateMachinePage.next(held, event)
            switch event {
            case .done, .drifted, .unproven: #expect(next == nil, "\(event)")
            case .stopped: #expect(next == held)
            case .resumed: #expect(next == .running(phase))
            case .turnedBack, .turnedForward:
                #expect(next == StateMachinePage.next(.running(phase), event), "\(event)")
            }
        }
    }

    @Test(arguments: RotationEvent.allCases)
    func `nothing happens to a rotation that is over`(event: RotationEvent) {
        for state in [RotationState.completed, .abandoned] {
            #expect(throws: InvalidTransition.self) { try transition(state, on: event) }
        }
    }
}
