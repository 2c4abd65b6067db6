import RotationCore
import Testing

/// Which facts are alerts.
@Suite struct AlertPolicyTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)
    private let policy = AlertPolicy(
        AlertRules(after: .hours(24)),
        wording: AlertWording(
            standing: { _ in "both secrets are accepted" },
            commands: { ["holdover resume \($0.client.rawValue)"] }))

    private func rotation(
        _ state: RotationState, _ reason: Reason?, change: (inout Plan) -> Void = { _ in }
    ) -> Rotation {
        let name = ClientName(rawValue: "billing")
        var plan = Plan(
            client: name, clientID: ClientID(rawValue: "billing"),
            server: TargetSettings(name: "server", type: "fake", values: [:]), stores: [])
        change(&plan)
        var rotation = Rotation(
            id: RotationID(rawValue: "R1"), client: name, plan: plan, planDigest: "d",
            startedAt: Self.start, trigger: "test")
        rotation.state = state
        rotation.reason = reason
        rotation.detail = "the particulars"
        return rotation
    }

    private func found(_ rotation: Rotation, after span: Span = .zero) -> [Alert] {
        policy.sighting(of: AlertFacts(rotations: [rotation]), at: Self.start + span).alerts
    }

    @Test(arguments: [
        (RotationState.held(.write), Reason.storeChanged, AlertKind.rotationHeld),
        (.held(.create), .createAmbiguous, .rotationHeld),
        (.held(.overlap), .byOperator, .heldByOperator),
        (.held(.prove), .oldSecretStillAccepted, .oldSecretInUse),
        (.running(.disable), .consumerOnOldSecret, .oldSecretNeeded),
        (.running(.delete), .consumerOnOldSecret, .oldSecretNeeded),
        (.running(.overlap), .planChanged, .rotationHeld),
        (.running(.overlap), .planMissing, .rotationHeld),
        (.running(.create), .unauthorized, .adminRefused),
        (.running(.accept), .serverUnavailable, .targetAway),
        (.running(.write), .storeUnavailable, .targetAway),
        (.running(.reload), .hookFailed, .targetAway),
        (.running(.create), .diskNearlyFull, .diskNearlyFull),
    ])
    func `a rotation that doesn't move has one alert, by its state and reason`(
        state: RotationState, reason: Reason, kind: AlertKind
    ) {
        let alerts = found(rotation(state, reason), after: .hours(1_000))
        #expect(alerts.map(\.kind) == [kind])
        #expect(alerts.first?.code == reason.rawValue)
        #expect(alerts.first?.subject == "R1")
        #expect(alerts.first?.standing == "both secrets are accepted")
        #expect(alerts.first?.next == "holdover explain billing; holdover resume billing")
        #expect(alerts.first?.since == Self.start)
    }

    @Test func `waiting is an alert once it takes longer than planned`() {
        let adoption = rotation(.running(.adopt), .adoption)
        #expect(found(adoption, after: .hours(23)).isEmpty)
        #expect(found(adoption, after: .hours(24)).map(\.kind) == [.rotationWaiting])
        let soak = rotation(.running(.adopt), .soak) { $0.soak = .hours(48) }
        #expect(found(soak, after: .hours(71)).isEmpty)
        #expect(found(soak, after: .hours(72)).map(\.kind) == [.rotationWaiting])
        let overlap = rotation(.running(.overlap), .approval) { $0.overlap = .hours(100) }
        #expect(found(overlap, after: .hours(123)).map(\.kind) == [.approvalNeeded])
        #expect(found(overlap, after: .hours(124)).map(\.kind) == [.rotationWaiting])
        var kept = rotation(.running(.delete), .watching) { $0.keepDisabled = .hours(72) }
        #expect(found(kept, after: .hours(95)).isEmpty)
        #expect(found(kept, after: .hours(96)).map(\.kind) == [.rotationWaiting])
        kept.body.isDeleteSent = true
        #expect(found(kept, after: .hours(24)).map(\.kind) == [.rotationWaiting])
        let watch = rotation(.running(.watch), .watching) { $0.watch = .hours(1_000) }
        #expect(found(watch, after: .hours(1_023)).isEmpty)
        #expect(found(watch, after: .hours(1_024)).count == 1)
    }

    @Test(arguments: [
        (Phase.delete, false, "billing: the old secret is disabled and is still in use"),
        (.watch, true, "billing: the old secret was revoked and is still in use"),
    ])
    func `whoever is refused with the old secret is named, also while it is only disabled`(
        phase: Phase, isDeleted: Bool, title: String
    ) {
        var refused = rotation(.running(phase), .consumerOnOldSecret)
        refused.body.revokedAt = Self.start
        refused.body.isDeleteSent = isDeleted
        refused.detail = "still presented by 10.9.9.9, once, last 1s ago"
        let alerts = found(refused)
        #expect(alerts.map(\.kind) == [.oldSecretInUse] && alerts.map(\.title) == [title])
        #expect(alerts.first?.severity == .critical)
        #expect(alerts.first?.detail == "still presented by 10.9.9.9, once, last 1s ago")
    }

    @Test func `what often passes hides what else is the matter, and a run that is past it too`() {
        var facts = AlertFacts(rotations: [rotation(.running(.watch), .serverUnavailable)])
        facts.undriven = [RotationID(rawValue: "R2")]
        let sighting = policy.sighting(of: facts, at: Self.start)
        #expect(sighting.obscured == [RotationID(rawValue: "R1"): Self.start])
        #expect(sighting.undriven == facts.undriven)
        facts.rotations = [rotation(.running(.watch), .consumerOnOldSecret)]
        #expect(policy.sighting(of: facts, at: Self.start).obscured.isEmpty)
    }

    @Test func `a rotation that is over is no alert, whatever its reason was`() {
        for state in [RotationState.completed, .abandoned] {
            #expect(found(rotation(state, .rollback), after: .hours(1_000)).isEmpty)
        }
    }

    @Test func `a client is overdue a day after its rotation should have begun`() {
        let facts = AlertFacts(overdue: [(ClientName(rawValue: "mail"), Self.start)])
        #expect(policy.sighting(of: facts, at: Self.start + .hours(23)).alerts.isEmpty)
        let late = policy.sighting(of: facts, at: Self.start + .hours(24)).alerts
        #expect(late.map(\.kind) == [.clientOverdue] && late.map(\.subject) == ["mail"])
    }

    @Test func `what comes from outside is escaped and shortened`() throws {
        var hostile = rotation(.held(.write), .refusedByTarget)
        hostile.detail = "\u{1B}[31mred\r\nBcc: all" + String(repeating: "x", count: 5_000)
        let alert = try #require(found(hostile).first)
        #expect(alert.detail.hasPrefix("\\u{1b}[31mred\\u{d}\\u{a}Bcc"))
        #expect(alert.detail.unicodeScalars.count == 600)
    }

    @Test func `every kind has a code that is a stable word`() {
        for kind in AlertKind.allCases {
            #expect(kind.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
        }
        #expect(AlertSeverity.info < .warning && AlertSeverity.warning < .critical)
    }
}
