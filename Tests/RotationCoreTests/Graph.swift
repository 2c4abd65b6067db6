import RotationCore

/// The machine as a graph whose edges are the events.
enum Graph {
    struct Circle: Error {}

    /// Every state that events but `excluded` lead to from `starts`, those included, when `phase`
    /// is never done.
    static func reachable(
        from starts: Set<RotationState>, leavingOut phase: Phase? = nil,
        without excluded: Set<RotationEvent> = []
    ) -> Set<RotationState> {
        var reached = starts
        var waiting = Array(starts)
        while let state = waiting.popLast() {
            for event in RotationEvent.allCases where !excluded.contains(event) {
                if let phase, state == .running(phase), event == .done { continue }
                guard let next = StateMachinePage.next(state, event) else { continue }
                if reached.insert(next).inserted { waiting.append(next) }
            }
        }
        return reached
    }

    /// Where one success after another leads.
    static func endOfDones(from start: RotationState) throws -> RotationState {
        var state = start
        for _ in StateMachinePage.states {
            if state.isEnded { return state }
            state = try transition(state, on: .done)
        }
        throw Circle()
    }
}
