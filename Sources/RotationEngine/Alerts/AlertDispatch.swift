public import RotationCore
import Synchronization

/// Brings queued messages to their channels, side by side, within a time that bounds all of it.
///
/// A message that was sent counts as delivered once the journal has it; a crash in between sends it
/// again, under the same id.
public struct AlertDispatch: Sendable {
    /// How long it may take.
    public struct Limits: Sendable {
        /// One message.
        public var each: Span
        /// All of them.
        public var all: Span

        /// Ten seconds each, thirty in all.
        public init(each: Span = .seconds(10), all: Span = .seconds(30)) {
            self.each = each
            self.all = all
        }
    }

    /// What came of one channel.
    public struct Result: Sendable, Hashable {
        /// The channel's name.
        public let channel: String
        /// How many messages it took.
        public var delivered = 0
        /// Messages that didn't arrive, as they are now, with what went wrong.
        public var failures: [Failure] = []
        /// Why it couldn't be kept what became of a message.
        public var unrecorded: String?
    }

    /// A message that didn't arrive.
    public struct Failure: Sendable, Hashable {
        /// The message as it is now.
        public let delivery: Delivery
        /// What went wrong.
        public let error: AdapterError
    }

    private let journal: Journal
    private let factory: any AlertChannelFactory
    private let clock: any RotationClock
    private let random: any RandomSource
    private let limits: Limits

    /// A dispatch from the queue of `journal`.
    public init(
        _ journal: Journal, through factory: any AlertChannelFactory, clock: any RotationClock,
        random: any RandomSource, limits: Limits = Limits()
    ) {
        self.journal = journal
        self.factory = factory
        self.clock = clock
        self.random = random
        self.limits = limits
    }

    /// Sends what is due to `channels`; returns what came of each that there was something for.
    public func run(_ channels: [ChannelSettings]) async throws -> [Result] {
        let now = clock.now()
        let queued = Dictionary(grouping: try journal.queuedDeliveries(), by: \.delivery.channel)
        let work = channels.compactMap { channel in
            queued[channel.target.name].map { (channel, $0) }
        }.filter { _, all in all.contains { DeliveryRule.isDue($0.delivery, at: now) } }
        return await withinDeadline { results in
            await withTaskGroup(of: Void.self) { group in
                for (channel, messages) in work {
                    group.addTask { await send(messages, to: channel, results) }
                }
            }
        }
    }

    /// Where the results gather, so that those of channels that were cut off are there too.
    private final class Results: Sendable {
        private let all = Mutex<[String: Result]>([:])

        var sorted: [Result] { all.withLock { $0.values.sorted { $0.channel < $1.channel } } }

        func change(_ channel: String, _ body: (inout Result) -> Void) {
            all.withLock { body(&$0[channel, default: Result(channel: channel)]) }
        }
    }

    private func withinDeadline(_ body: @escaping @Sendable (Results) async -> Void) async
        -> [Result]
    {
        let results = Results()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body(results) }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(limits.all.milliseconds))
            }
            await group.next()
            // Whichever was first: the rest is for the next run.
            group.cancelAll()
        }
        return results.sorted
    }

    private func send(
        _ messages: [QueuedDelivery], to settings: ChannelSettings, _ results: Results
    ) async {
        let name = settings.target.name
        let channel: any AlertChannel
        do throws(AdapterError) {
            channel = try await factory.channel(settings)
        } catch {
            return fail(messages[0].delivery, error, results, holdingChannel: true)
        }
        for message in messages where !Task.isCancelled {
            let isBlocked: Bool
            do throws(AdapterError) {
                try await channel.send(
                    AlertMessage(
                        id: "\(journal.databaseID)-\(message.delivery.number)",
                        event: message.delivery.event, alert: message.episode.alert,
                        at: message.delivery.madeAt),
                    within: limits.each)
                isBlocked = !succeed(message.delivery, results)
            } catch {
                // What is refused may be about this one; everything else is about the channel.
                isBlocked = error.kind != .refused
                fail(message.delivery, error, results, holdingChannel: isBlocked)
            }
            if isBlocked { return }
        }
        results.change(name) { _ in }
    }

    /// Whether it could be kept that the message arrived.
    private func succeed(_ delivery: Delivery, _ results: Results) -> Bool {
        var ended = delivery
        ended.attempts += 1
        ended.state = .delivered
        ended.endedAt = clock.now()
        ended.problem = nil
        let problem = keep(ended, holdingChannel: false)
        results.change(delivery.channel) {
            $0.delivered += 1
            $0.unrecorded = problem
        }
        return problem == nil
    }

    private func fail(
        _ delivery: Delivery, _ error: AdapterError, _ results: Results, holdingChannel: Bool
    ) {
        let failed = DeliveryRule.failed(
            delivery, error, at: clock.now(), fraction: random.fraction())
        let problem = keep(failed, holdingChannel: holdingChannel)
        results.change(delivery.channel) {
            $0.failures.append(Failure(delivery: failed, error: error))
            $0.unrecorded = problem
        }
    }

    private func keep(_ delivery: Delivery, holdingChannel: Bool) -> String? {
        do {
            try journal.record(delivery, holdingChannel: holdingChannel)
            return nil
        } catch let failure as JournalFailure { return failure.message } catch {
            return "\(type(of: error))"
        }
    }
}
