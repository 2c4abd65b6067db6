import Foundation
import ProcessTesting
import Testing

/// The real binary, killed and failed at each of its system calls in a golden rotation.
///
/// `HOLDOVER_CHAOS_SHARE` says how many of them are tried: one in so many.
@Suite(
    .serialized,
    .disabled(if: Sabotage.obstacle != nil, "\(Sabotage.obstacle ?? "")"))
struct SystemCallTests {
    private static let settings = ChaosSettings()

    @Test(.timeLimit(.minutes(30)))
    func `killed at any system call, a rotation completes and locks nobody out`() async throws {
        let kinds = PracticeServerProcess.Dialect.golden.flatMap { dialect in
            Trial.Act.allCases.map { act in
                let trial = Trial(
                    dialect: dialect, act: act, area: .all, deed: .kill, times: 1,
                    takesLooks: Self.settings.takesLooks)
                return Sweep.Kind(trial: trial, share: Self.settings.share)
            }
        }
        try await Self.sweep(kinds, "kill -9 at every call")
    }

    @Test(.timeLimit(.minutes(30)))
    func `no call on the journal that fails loses anything`() async throws {
        try await Self.sweep(Self.faults(in: .journal), "faults of the journal's disk")
    }

    @Test(.timeLimit(.minutes(30)))
    func `no call on a store that fails loses anything`() async throws {
        try await Self.sweep(Self.faults(in: .stores), "faults of the stores' disk")
    }

    /// EIO and no space at each call, once and for ever; an interruption and a short write once.
    ///
    /// These two are mended where they are met, so one point in ten is enough for lasting ones.
    private static func faults(in area: Trial.Area) -> [Sweep.Kind] {
        func kind(_ deed: Sabotage.Deed, _ times: Int?, _ share: Int) -> Sweep.Kind {
            let trial = Trial(dialect: .okta, act: .run, area: area, deed: deed, times: times)
            return Sweep.Kind(trial: trial, share: share)
        }
        // The journal has so many calls that a sample can be smaller.
        let share = area == .journal && settings.share > 1 ? settings.share * 2 : settings.share
        return [
            kind(.inputOutput, 1, share), kind(.inputOutput, nil, share), kind(.noSpace, 1, share),
            kind(.noSpace, nil, share), kind(.interrupted, 1, share), kind(.short, 1, share),
            // Whoever asks again after every EINTR never ends where that never ends.
            kind(.interrupted, 30, share * 10), kind(.short, nil, share * 10),
        ]
    }

    private static func sweep(_ kinds: [Sweep.Kind], _ name: String) async throws {
        let begin = ContinuousClock.now
        let figures = try await Sweep.over(kinds, settings)
        let seconds = begin.duration(to: .now).components.seconds
        let line = "chaos, \(name): \(figures), \(seconds) s, seed \(settings.seed)\n"
        FileHandle.standardError.write(Data(line.utf8))
        #expect(figures.hits > 0)
    }
}
