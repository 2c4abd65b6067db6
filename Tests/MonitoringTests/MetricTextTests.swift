import Foundation
import RotationCore
import Testing

@testable import Monitoring
@testable import RotationEngine

/// The text that monitoring systems read.
struct MetricTextTests {
    @Test(arguments: MetricFormat.allCases)
    func `the text is as it was agreed on`(format: MetricFormat) throws {
        try expectTranscript(SamplePage.page().text(format), "\(format)")
    }

    @Test(arguments: MetricFormat.allCases)
    func `the text is well-formed, and every metric has a value`(format: MetricFormat) {
        let read = OpenMetricsReader(
            SamplePage.page().text(format), endsWithMark: format == .openMetrics)
        #expect(read.problems == [])
        #expect(read.kinds.count == MetricFamily.all.count)
        for family in MetricFamily.all {
            let name = format == .openMetrics ? family.name : family.seriesName
            let kind =
                format == .prometheus && family.kind == .info ? "gauge" : family.kind.rawValue
            #expect(read.kinds[name] == kind)
            #expect(read.helps[name] == family.help)
            #expect(read.units[name] == (format == .openMetrics ? family.unit : nil))
            let isThere = read.samples.contains {
                $0.name == family.seriesName || $0.name == "\(family.seriesName)_count"
            }
            #expect(isThere, "\(family.name) has no value")
            let labels = Set(
                read.samples.filter { $0.name.hasPrefix(family.name) }.flatMap(\.labels.keys))
            #expect(labels.isSuperset(of: family.labels))
        }
    }

    @Test(arguments: MetricFormat.allCases)
    func `of a journal that can't be read there is the build and the run`(format: MetricFormat) {
        let run = RunRecord(
            startedAt: SamplePage.start, endedAt: SamplePage.start + .seconds(1), exitCode: 12,
            succeededAt: nil)
        let page = MetricsPage(
            version: "1.2.3", now: SamplePage.start + .seconds(1), standing: nil, run: run)
        let read = OpenMetricsReader(page.text(format), endsWithMark: format == .openMetrics)
        #expect(read.problems == [])
        #expect(read.kinds.count == MetricFamily.all.count)
        #expect(
            read.samples.map(\.name) == [
                "holdover_build_info", "holdover_last_run_start_timestamp_seconds",
                "holdover_last_run_end_timestamp_seconds", "holdover_last_run_duration_seconds",
                "holdover_last_run_exit_code", "holdover_journal_readable",
            ])
        #expect(read.values("holdover_journal_readable") == [[:]: 0])
    }

    @Test(arguments: [
        #"a"b"#, #"a\b"#, #"a\"#, #"\n"#, #"",client="b"#, "käse", "a b", "{}", "#", "",
    ])
    func `whatever a client is called is a label's value, and comes back as it was`(name: String) {
        let read = OpenMetricsReader(
            SamplePage.page(clients: [name]).text(.openMetrics), endsWithMark: true)
        #expect(read.problems == [])
        #expect(read.values("holdover_secret_overdue").keys.map { $0["client"] } == [name])
    }

    @Test(arguments: ["a\nb 1", "a\rb", "\u{1B}[31m", "\u{202E}a", "\u{9B}2J"])
    func `what a terminal would obey is spelled out`(name: String) {
        let text = SamplePage.page(clients: [name]).text(.openMetrics)
        let read = OpenMetricsReader(text, endsWithMark: true)
        #expect(read.problems == [])
        #expect(
            read.values("holdover_secret_overdue").keys.map { $0["client"] } == [safeText(name)])
        #expect(!text.contains(name))
    }

    @Test func `values are as exact as they are known`() {
        for (value, spelled) in [
            (0.0, "0"), (41, "41"), (-3, "-3"), (1.5, "1.5"), (1_700_000_000.125, "1700000000.125"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] { #expect(MetricText.number(value) == spelled) }
    }

    @Test func `buckets hold all that is below their bound`() {
        let text = SamplePage.page().text(.prometheus)
        let buckets = OpenMetricsReader(text, endsWithMark: false)
            .values("holdover_token_request_duration_seconds_bucket")
        #expect(buckets.count == LatencyBuckets.bounds.count)
        #expect(buckets[["type": "okta", "le": "0.05"]] == 0)
        #expect(buckets[["type": "okta", "le": "0.1"]] == 3)
        #expect(buckets[["type": "okta", "le": "30.0"]] == 3)
        #expect(buckets[["type": "okta", "le": "+Inf"]] == 4)
        #expect(text.contains("holdover_token_request_duration_seconds_count{type=\"okta\"} 4\n"))
        #expect(text.contains("holdover_token_request_duration_seconds_sum{type=\"okta\"} 31.25\n"))
    }

    @Test
    func `a bound that a version doesn't have falls into the next one, and names are skipped`() {
        let counts: [CountedSeries: Double] = [
            CountedSeries(.adminDuration, ["type": "okta", "le": "0.3"]): 2,
            CountedSeries("holdover_of_tomorrow", ["type": "okta"]): 1,
        ]
        let page = MetricsPage(
            version: "1", now: SamplePage.start, standing: nil, counts: counts)
        let text = page.text(.prometheus)
        let buckets = OpenMetricsReader(text, endsWithMark: false)
            .values("holdover_admin_call_duration_seconds_bucket")
        #expect(buckets[["type": "okta", "le": "0.25"]] == 0)
        #expect(buckets[["type": "okta", "le": "0.5"]] == 2)
        #expect(!text.contains("tomorrow"))
    }

    @Test func `a client with a rotation under way is not overdue`() {
        let read = OpenMetricsReader(SamplePage.page().text(.openMetrics), endsWithMark: true)
        let overdue = read.values("holdover_secret_overdue")
        #expect(overdue == [["client": "billing"]: 0, ["client": "mail"]: 1])
    }

    @Test func `what isn't in the journal yet is added to what is`() {
        var page = SamplePage.page()
        page.standing?.counts = [CountedSeries(.runs, ["exit_code": "0"]): 10]
        let runs = OpenMetricsReader(page.text(.openMetrics), endsWithMark: true)
            .values("holdover_runs_total")
        #expect(runs == [["exit_code": "0"]: 51, ["exit_code": "75"]: 1])
    }

    @Test func `a frozen journal is told, and the run that the journal doesn't know`() {
        var page = SamplePage.page()
        page.isFrozen = true
        page.run = RunRecord(
            startedAt: SamplePage.start, endedAt: SamplePage.start, exitCode: 12, succeededAt: nil)
        let read = OpenMetricsReader(page.text(.openMetrics), endsWithMark: true)
        #expect(read.values("holdover_journal_frozen") == [[:]: 1])
        #expect(read.values("holdover_last_run_exit_code") == [[:]: 12])
        // The last good end is the one that the journal knows.
        #expect(
            read.values("holdover_last_run_success_timestamp_seconds") == [[:]: 1_700_000_000])
    }
}

/// Compares `text` with a file of `Transcripts`; `HOLDOVER_WRITE_GOLDEN=1` writes the file instead.
func expectTranscript(
    _ text: String, _ name: String, at place: SourceLocation = #_sourceLocation
) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts/\(name).txt")
    if ProcessInfo.processInfo.environment["HOLDOVER_WRITE_GOLDEN"] == "1" {
        return try Data(text.utf8).write(to: file)
    }
    let agreed = try String(contentsOf: file, encoding: .utf8)
    #expect(text == agreed, "HOLDOVER_WRITE_GOLDEN=1 rewrites \(name).txt", sourceLocation: place)
}
