import RotationCore

extension Plan {
    /// What is known of how long both secrets must be accepted: how long consumers take is not.
    var leastOverlap: Span {
        let parts = [overlap, soak ?? .zero, probe.window]
        return Span(milliseconds: parts.map(\.milliseconds).reduce(0, +))
    }
}
