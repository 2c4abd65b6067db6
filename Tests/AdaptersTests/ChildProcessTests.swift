import RotationCore
import Testing

@testable import Adapters

@Suite struct ChildProcessTests {
    private struct LostSight: Error {}

    @Test func `only a command that could not be started did nothing for certain`() async {
        let absent = ChildProcess(command: ["/nowhere/command"], deadline: .seconds(30), cap: 100)
        #expect(await absent.run().ending == .notStarted)
        #expect(ChildProcess.ending(LostSight()) == .lost)
        #expect(ChildProcess.ending(CancellationError()) == .lost)
    }

    @Test func `a secret at the edge of what is shown is left out whole`() {
        let secret = String(repeating: "s", count: 40)
        let words = String(repeating: "words of ", count: 16)
        let outcome = ChildProcess.Outcome(
            ending: .exited(1), output: [], errors: Array("\(words)\(secret) and more".utf8),
            isCut: false)
        #expect(outcome.explanation.contains("sss"))
        #expect(outcome.explanationWithoutSecrets == "exit status 1: \(words)… and more")
    }
}
