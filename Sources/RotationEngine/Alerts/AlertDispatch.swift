public import RotationCore
import Synchronization

/// Brings queued messages to their channels, side by side, within a time that bounds all of it.
///
/// A message that was sent counts as delivered once the journal has it; a crash in between sends it
/// again, under the same id. Where the journal has no room for that, the slate remembers it, since
/// else each run would send it again for as long as the disk is full.
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
        /// What is to be known of messages that were taken.
        public var warnings: [Finding] = []
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
    private let slate: AlertSlate

    /// A dispatch from the queue of `journal`, by the process that has the slate.
    public init(
        _ journal: Journal, _ slate: AlertSlate, through factory: any AlertChannelFactory,
        clock: any RotationClock, random: any RandomSource, limits: Limits = Limits()
    ) {
        self.journal = journal
        self.slate = slate
        self.factory = factory
        self.clock = clock
        self.random = random
        self.limits = limits
    }

    /// Sends what is due to `channels`; returns what came of each that there was something for.
    public func run(_ channels: [ChannelSettings]) async throws -> [Result] {
        let now = clock.now()
        let work = try channels.map { channel in
            (channel, try journal.queuedDeliveries(to: channel.target.name))
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
        let told = slate.unrecorded
        let (arrived, messages) = (
            messages.filter { told.contains(id(of: $0.delivery)) },
            messages.filter { !told.contains(id(of: $0.delivery)) }
        )
        // Where that can't be kept, nor can what becomes of the others.
        guard arrived.isEmpty || succeed(arrived.map(\.delivery), results), !messages.isEmpty
        else { return }
        let channel: any AlertChannel
        do throws(AdapterError) {
            channel = try await factory.channel(settings)
        } catch {
            return fail([messages[0].delivery], error, results, holdingChannel: true)
        }
        for part in parts(messages, settings) where !Task.isCancelled {
            let isBlocked: Bool
            do throws(AdapterError) {
                let warnings = try await channel.send(message(of: part), within: limits.each)
                results.change(name) { $0.warnings += warnings }
                isBlocked = !succeed(part.map(\.delivery), results)
            } catch {
                // What is refused may be about this one; everything else is about the channel.
                isBlocked = error.kind != .refused
                fail(part.map(\.delivery), error, results, holdingChannel: isBlocked)
            }
            if isBlocked { return }
        }
        results.change(name) { _ in }
    }

    /// Each by itself, or all as one where people would be told of too many.
    private func parts(_ messages: [QueuedDelivery], _ settings: ChannelSettings)
        -> [[QueuedDelivery]]
    {
        let isDigest =
            messages.count > DeliveryRule.single && factory.isForPeople(settings.target.type)
        return isDigest ? [messages] : messages.map { [$0] }
    }

    private func message(of part: [QueuedDelivery]) -> AlertMessage {
        let (first, last) = (part[0], part[part.count - 1])
        guard part.count > 1 else {
            return AlertMessage(
                id: id(of: first.delivery), event: first.delivery.event,
                alert: first.episode.alert, at: first.delivery.madeAt)
        }
        let said = part.map { (event: $0.delivery.event, alert: $0.episode.alert) }
        return AlertMessage(
            id: "\(journal.databaseID)-\(first.delivery.number)-\(last.delivery.number)",
            event: said.allSatisfy { $0.event == .resolved } ? .resolved : .firing,
            alert: Alert(digestOf: said), at: last.delivery.madeAt)
    }

    private func id(of delivery: Delivery) -> String { "\(journal.databaseID)-\(delivery.number)" }

    /// Whether it could be kept that the messages arrived.
    private func succeed(_ deliveries: [Delivery], _ results: Results) -> Bool {
        let now = clock.now()
        let ended = deliveries.map { delivery in
            var ended = delivery
            ended.attempts += 1
            ended.state = .delivered
            ended.endedAt = now
            ended.problem = nil
            return ended
        }
        let problem = keep(ended, holdingChannel: false)
        let ids = deliveries.map(id)
        if problem != nil {
            slate.remember(unrecorded: ids)
        } else if !slate.unrecorded.isDisjoint(with: ids) {
            slate.forget(unrecorded: ids)
        }
        results.change(ended[0].channel) {
            $0.delivered += ended.count
            $0.unrecorded = problem
        }
        return problem == nil
    }

    private func fail(
        _ deliveries: [Delivery], _ error: AdapterError, _ results: Results, holdingChannel: Bool
    ) {
        let (now, fraction) = (clock.now(), random.fraction())
        let failed = deliveries.map {
            DeliveryRule.failed($0, error, at: now, fraction: fraction)
        }
        let problem = keep(failed, holdingChannel: holdingChannel)
        results.change(failed[0].channel) {
            $0.failures.append(Failure(delivery: failed[0], error: error))
            $0.unrecorded = problem
        }
    }

    private func keep(_ deliveries: [Delivery], holdingChannel: Bool) -> String? {
        do {
            try journal.record(deliveries, holdingChannel: holdingChannel)
            return nil
        } catch let failure as JournalFailure { return failure.message } catch {
            return "\(type(of: error))"
        }
    }
}
