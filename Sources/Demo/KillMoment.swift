/// When `holdover run` is killed: a little behind a line of its timeline.
struct KillMoment: Sendable {
    let phrase: String
    let delay: Duration

    init(behind phrase: String, after delay: Duration = .zero) {
        self.phrase = phrase
        self.delay = delay
    }
}
