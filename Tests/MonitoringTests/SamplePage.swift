import RotationCore

@testable import Monitoring
@testable import RotationEngine

/// A page on which every metric has a value.
enum SamplePage {
    static let start = Instant(milliseconds: 1_700_000_000_000)

    static func page(clients: [String] = ["billing", "mail"]) -> MetricsPage {
        MetricsPage(
            version: "1.2.3", now: start + .hours(2), standing: standing(clients: clients),
            counts: counts)
    }

    static func standing(clients: [String]) -> JournalStanding {
        var standing = JournalStanding(sealedSince: start)
        standing.clients = clients.map {
            JournalStanding.Client(
                name: ClientName(rawValue: $0), secretSince: start,
                period: .hours(720), dueAt: start + .hours(1))
        }
        standing.live = [
            JournalStanding.LiveRotation(
                client: ClientName(rawValue: "billing"), state: .running(.adopt),
                reason: .adoption, phaseSince: start + .minutes(30),
                waitingSince: start + .minutes(45),
                verdicts: [.proven: 2, .onOther: 1]),
            JournalStanding.LiveRotation(
                client: ClientName(rawValue: "wiki"), state: .held(.create),
                reason: .createAmbiguous, phaseSince: start + .hours(1),
                waitingSince: start + .hours(1)),
            JournalStanding.LiveRotation(
                client: ClientName(rawValue: "web"), state: .running(.write), reason: nil,
                phaseSince: start + .hours(2), waitingSince: start + .hours(2)),
        ]
        (standing.completed, standing.abandoned) = (7, 1)
        standing.lastRun = RunRecord(
            startedAt: start + .hours(1), endedAt: start + .hours(1) + Span(milliseconds: 1_250),
            exitCode: 20, succeededAt: start, plansWrong: 2, rotationsFailed: 1)
        standing.backlog = [
            Backlog(
                channel: "ops", count: 3, since: start + .minutes(90), problem: "HTTP 503")
        ]
        standing.givenUp = ["chat": 1]
        standing.notices = [
            JournalStanding.NoticeCount(
                client: ClientName(rawValue: "billing"), kind: .newAddress, count: 2)
        ]
        return standing
    }

    static let counts: [CountedSeries: Double] = [
        CountedSeries(.runs, ["exit_code": "0"]): 41,
        CountedSeries(.runs, ["exit_code": "75"]): 1,
        CountedSeries(.tokenRequests, ["type": "okta", "outcome": "accepted"]): 3,
        CountedSeries(.tokenRequests, ["type": "okta", "outcome": "failed"]): 1,
        CountedSeries(.tokenFailures, ["type": "okta", "error": "unavailable"]): 1,
        CountedSeries(.tokenDuration, ["type": "okta", "le": "0.1"]): 3,
        CountedSeries(.tokenDuration, ["type": "okta", "le": "+Inf"]): 1,
        CountedSeries(.tokenDuration, ["type": "okta"]): 31.25,
        CountedSeries(.adminCalls, ["type": "okta", "operation": "list", "outcome": "done"]): 9,
        CountedSeries(.adminFailures, ["type": "okta", "error": "unauthorized"]): 2,
        CountedSeries(.adminDuration, ["type": "okta", "le": "0.05"]): 9,
        CountedSeries(.adminDuration, ["type": "okta"]): 0.25,
    ]
}
