import Testing

@testable import Monitoring

/// The list that text and documentation are made from.
struct MetricFamilyTests {
    @Test func `no two metrics share a name, nor a series`() {
        let endings = ["", "_total", "_info", "_bucket", "_sum", "_count"]
        let names = MetricFamily.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            for ending in endings.dropFirst() { #expect(!names.contains(name + ending)) }
        }
    }

    @Test(arguments: MetricFamily.all)
    func `a name says whose it is and ends with its base unit`(family: MetricFamily) {
        #expect(family.name.wholeMatch(of: /holdover(_[a-z]+)+/) != nil)
        #expect(family.unit == nil || family.unit == "seconds")
        #expect(family.name.hasSuffix("_seconds") == (family.unit != nil))
        for ending in ["_total", "_info", "_bucket", "_sum", "_count"] {
            #expect(!family.name.hasSuffix(ending))
        }
        #expect(family.kind != .histogram || family.unit != nil)
    }

    @Test(arguments: MetricFamily.all)
    func `a metric says in a line what it means`(family: MetricFamily) {
        #expect(!family.help.isEmpty && !family.help.contains("\n"))
        #expect(!family.help.hasSuffix("."))
        #expect(!family.help.contains("|"), "it stands in a table")
        #expect(Set(family.labels).count == family.labels.count)
        for label in family.labels {
            #expect(label.wholeMatch(of: /[a-z_]+/) != nil && label != LatencyBuckets.label)
        }
    }
}
