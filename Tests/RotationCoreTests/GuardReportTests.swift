import RotationCore
import Testing

@Suite struct GuardReportTests {
    private static let passing = Dictionary(
        uniqueKeysWithValues: RevokeGuard.allCases.map { ($0, GuardFinding.passes) })

    @Test func `nine passes permit the revocation`() {
        let report = GuardReport(Self.passing)
        #expect(RevokeGuard.allCases.count == 9)
        #expect(report.permits)
        #expect(report.blocking == [])
    }

    @Test(arguments: RevokeGuard.allCases)
    func `one guard that fails, is unknown or was not looked at blocks`(name: RevokeGuard) {
        for finding in [GuardFinding.fails("why"), .unknown("why"), .unseen("why"), nil] {
            var findings = Self.passing
            findings[name] = finding
            let report = GuardReport(findings)
            #expect(!report.permits)
            #expect(report.blocking == [name])
            #expect(report[name] == finding ?? .unknown("not looked at"))
        }
    }

    @Test func `an empty report blocks by every guard, in their order`() {
        let report = GuardReport([:])
        #expect(!report.permits)
        #expect(report.blocking == RevokeGuard.allCases)
    }

    @Test func `only a pass is passed`() {
        #expect(GuardFinding.passes.isPassed)
        #expect(!GuardFinding.fails("").isPassed)
        #expect(!GuardFinding.unknown("").isPassed)
        #expect(!GuardFinding.unseen("").isPassed)
    }
}
