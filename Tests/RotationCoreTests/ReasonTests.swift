import RotationCore
import Testing

@Suite struct ReasonTests {
    @Test func `the engine goes on by itself after these, and after no other`() {
        let patient = Reason.allCases.filter { !$0.needsPerson }
        #expect(
            Set(patient.map(\.rawValue)) == [
                "server-unavailable", "store-unavailable", "unknown-outcome", "not-yet-accepted",
                "acceptance-window", "store-not-yet-equal", "hook-failed", "adoption", "soak",
                "overlap", "not-yet-refused", "refusal-window", "watching", "rollback",
                "disk-nearly-full",
            ])
    }

    @Test(arguments: Reason.allCases)
    func `codes are kebab-case`(reason: Reason) {
        #expect(reason.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
    }
}
