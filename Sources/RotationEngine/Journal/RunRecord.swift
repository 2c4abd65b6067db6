public import RotationCore

/// How a run ended.
public struct RunRecord: Sendable, Hashable {
    /// When it began.
    public let startedAt: Instant
    /// When it was over.
    public let endedAt: Instant
    /// What it left with.
    public let exitCode: Int32
    /// When a run last ended well, this one included; nil where none did.
    public let succeededAt: Instant?
    /// How many plan files a run last found a mistake in; nil where none has looked.
    public let plansWrong: Int?
    /// How many rotations a run last couldn't drive; nil where none has tried all.
    public let rotationsFailed: Int?

    /// A record.
    public init(
        startedAt: Instant, endedAt: Instant, exitCode: Int32, succeededAt: Instant?,
        plansWrong: Int? = nil, rotationsFailed: Int? = nil
    ) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitCode = exitCode
        self.succeededAt = succeededAt
        self.plansWrong = plansWrong
        self.rotationsFailed = rotationsFailed
    }
}
