import Synchronization

/// Programs that run in the background until they are dismissed.
actor Crew {
    private var work: [Task<Void, Never>] = []
    private var isDismissed = false
    private var losses: [String] = []

    /// Starts a program; `tell` gets each of its lines, and `nil` when there are no more.
    func hire(
        _ name: String, _ program: ChildProgram,
        _ tell: @escaping @Sendable (String?) -> Void = { _ in }
    ) {
        guard !isDismissed else { return }
        work.append(
            Task {
                let last = Mutex("nothing")
                var words = "can't be run"
                do {
                    let ending = try await program.run { line, _ in
                        last.withLock { $0 = line }
                        tell(line)
                    }
                    words = "ended by itself, \(ending); it said: \(last.withLock { $0 })"
                } catch { words = "\(words): \(error)" }
                tell(nil)
                if !Task.isCancelled { losses.append("\(name) \(words)") }
            })
    }

    /// Throws where one of them isn't there any more.
    func check() throws {
        if let loss = losses.first { throw DemoFailure(loss) }
    }

    /// Ends all of them and waits for their ends, whether or not the caller was cancelled.
    func dismiss() async {
        isDismissed = true
        for one in work { one.cancel() }
        for one in work { await one.value }
        work = []
    }
}
