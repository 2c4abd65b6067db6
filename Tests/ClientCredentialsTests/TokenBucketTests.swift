import Testing

@testable import ClientCredentials

@Suite struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test func `a burst goes at once, and then so many a second`() {
        var bucket = TokenBucket(.init(rate: 10, burst: 3), at: start)
        let waits = (1...5).map { _ in bucket.take(at: start, within: .seconds(1)) }
        #expect(waits == [.zero, .zero, .zero, .milliseconds(100), .milliseconds(200)])
    }

    @Test func `who won't wait that long takes no place`() {
        var bucket = TokenBucket(.init(rate: 1, burst: 1), at: start)
        #expect(bucket.take(at: start, within: .zero) == .zero)
        #expect(bucket.take(at: start, within: .milliseconds(500)) == nil)
        #expect(bucket.take(at: start, within: .seconds(1)) == .seconds(1))
    }

    @Test func `a pause fills it up, and not beyond the burst`() {
        var bucket = TokenBucket(.init(rate: 10, burst: 2), at: start)
        let later = start + .seconds(3_600)
        let waits = (1...3).map { _ in bucket.take(at: later, within: .seconds(1)) }
        #expect(waits == [.zero, .zero, .milliseconds(100)])
    }
}
