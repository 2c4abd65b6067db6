import RotationEngine

/// What was counted, as samples of the families that it belongs to.
struct CountedSamples {
    private(set) var byFamily: [MetricFamily: [MetricSample]] = [:]

    /// A name that no family has, of a later version for example, is left out.
    init(_ counts: [CountedSeries: Double]) {
        for family in MetricFamily.all {
            switch family.kind {
            case .gauge, .info: break
            case .counter:
                let own = counts.filter { $0.key.name == family.name }
                if !own.isEmpty { byFamily[family] = Self.sums(own, family) }
            case .histogram:
                let own = counts.filter { $0.key.name == family.name }
                if !own.isEmpty { byFamily[family] = Self.histogram(own, family) }
            }
        }
    }

    private static func values(of series: CountedSeries, _ family: MetricFamily) -> [String] {
        family.labels.map { series.labels[$0] ?? "" }
    }

    private static func sums(_ counts: [CountedSeries: Double], _ family: MetricFamily)
        -> [MetricSample]
    {
        counts.map { MetricSample($0.value, values: values(of: $0.key, family)) }
            .sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }

    private static func histogram(_ counts: [CountedSeries: Double], _ family: MetricFamily)
        -> [MetricSample]
    {
        let groups = Dictionary(grouping: counts) { values(of: $0.key, family) }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { values, own in
            var buckets = LatencyBuckets()
            var sum = 0.0
            for (series, count) in own {
                guard let bound = series.labels[LatencyBuckets.label] else {
                    sum += count
                    continue
                }
                buckets.add(count, below: Double(bound) ?? .infinity)
            }
            return buckets.cumulated.map {
                MetricSample($0.count, values: values, ending: "_bucket", bound: $0.bound)
            } + [
                MetricSample(sum, values: values, ending: "_sum"),
                MetricSample(buckets.total, values: values, ending: "_count"),
            ]
        }
    }
}
