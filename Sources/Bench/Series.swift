/// One way to rotate a fleet, run several times.
struct Series {
    let clients: Int
    let jobs: Int
    let runs: Int
    /// Milliseconds that the server adds to every answer.
    var delay = 0

    var name: String {
        let slow = delay == 0 ? "" : ", \(delay) ms server"
        return "N = \(clients), --jobs \(jobs)\(slow)"
    }

    /// What its runs came to; every value is a median.
    struct Result {
        let series: Series
        let seconds: Double
        /// Milliseconds of CPU a rotation, ours and the server's.
        let processor: Double
        let system: Double
        let serverProcessor: Double
        /// The share of the machine that neither of the two used.
        let foreign: Double
        let peak: Double
        let commits: Double
        let transactions: Double
        let requests: Double

        var rate: Double { Double(series.clients) / seconds }
    }
}

extension Series.Result {
    /// The rows of this series; growth is told against the other series.
    func figures(besides others: [Series.Result]) -> [Figure] {
        let detail =
            "a rotation: \(commits.short) commits in \(transactions.short) transactions, "
            + "\(requests.short) requests"
        var figures = [rateFigure(detail)]
        guard series.delay == 0 else { return figures }
        figures.append(
            Figure(
                "  CPU a rotation", "\(processor.short) ms",
                aim: series.clients == 1_000 ? "2 ms" : nil, isMet: processor <= 2,
                note: "\((processor - system).short) ms ours, \(system.short) ms kernel; "
                    + "the server \(serverProcessor.short) ms; "
                    + "others had \((foreign * 100).short) % of the machine"))
        figures.append(
            Figure(
                "  peak memory", "\(peak.short) MiB",
                aim: series.clients == 10_000 ? "120 MiB" : nil, isMet: peak <= 120))
        let thousand = others.first { $0.series.clients == 1_000 && $0.series.delay == 0 }
        if series.clients == 10_000, let thousand {
            let growth = thousand.rate / rate
            figures.append(
                Figure(
                    "  cost a rotation, against N = 1 000", growth.short, aim: "1.2",
                    isMet: growth <= 1.2))
        }
        return figures
    }

    private func rateFigure(_ detail: String) -> Figure {
        if series.delay > 0 {
            let isAim = series.jobs > 64
            return Figure(
                series.name, "\(seconds.short) s", aim: isAim ? "3 s" : nil, isMet: seconds <= 3,
                note: detail + "; others had \((foreign * 100).short) % of the machine")
        }
        return Figure(series.name, "\(rate.short) /s", note: detail)
    }
}
