import Synchronization

/// Tokens in memory, and one request at a time for each kind of token.
///
/// Who comes while a token is fetched waits for that one. A token that nears its end is replaced
/// in the background while it is still handed out; where that fails it is used for as long as it
/// lives.
final class TokenCache<Key: Hashable & Sendable, Failure: Error>: Sendable {
    typealias Answer = Result<AccessToken, Failure>
    typealias Fetch = @Sendable (FetchOccasion) async -> Answer

    /// What a caller gets who doesn't wait for the answer.
    struct Impatience: Sendable {
        let cancelled: Failure
        let late: Failure
    }

    private struct Held {
        let token: AccessToken
        let life: TokenLife
        /// It was bought with a credential that has been replaced since.
        var isOutdated = false
    }

    private struct Entry {
        var held: Held?
        /// The request under way, by its number.
        var flight: Int?
        /// The request under way, where somebody has waited for it long enough.
        var slowFlight: Int?
        /// What to ask with as soon as the request under way has ended: it began too early.
        var next: Fetch?
        /// Requests that failed in a row.
        var failures = 0
        /// The background doesn't ask again before.
        var quietUntil: ContinuousClock.Instant?

        /// The token, where it may still be used.
        func live(at now: ContinuousClock.Instant) -> AccessToken? {
            held.flatMap { now < $0.life.endsAt ? $0.token : nil }
        }

        /// Until when the token is handed out; behind that a caller waits for a better one, unless
        /// there was none just now, or the request for it takes too long.
        func usableUntil(_ held: Held) -> ContinuousClock.Instant {
            let isSlow = flight != nil && slowFlight == flight
            return failures == 0 && !isSlow ? held.life.staleAt : held.life.endsAt
        }

        func isWorthKeeping(at now: ContinuousClock.Instant) -> Bool {
            flight != nil || live(at: now) != nil || quietUntil.map { now < $0 } ?? false
        }
    }

    private struct Contents {
        var entries: [Key: Entry] = [:]
        var waiters: [Int: [Int: CheckedContinuation<Answer, Never>]] = [:]
        var lastNumber = 0

        mutating func number() -> Int {
            lastNumber += 1
            return lastNumber
        }
    }

    /// How long a caller waits for a better token than the one that is in memory.
    private static var patience: Duration { .seconds(2) }

    private let time: TokenTime
    private let life: @Sendable (Duration, ContinuousClock.Instant) -> TokenLife
    private let impatience: Impatience
    private let onHit: @Sendable () -> Void
    private let contents = Mutex(Contents())

    init(
        time: TokenTime, impatience: Impatience, onHit: @escaping @Sendable () -> Void = {},
        life: @escaping @Sendable (Duration, ContinuousClock.Instant) -> TokenLife
    ) {
        self.time = time
        self.impatience = impatience
        self.onHit = onHit
        self.life = life
    }

    /// The token in memory, or what `fetch` comes to: its own, or that of the request under way.
    ///
    /// Cancelling the calling task, and the deadline, end the waiting and not the request, which
    /// others wait for. Nobody waits in vain who could have had the token in memory.
    func token(
        for key: Key, until deadline: ContinuousClock.Instant? = nil, _ fetch: @escaping Fetch
    ) async -> Answer {
        if let token = tokenInHand(for: key, fetch) { return .success(token) }
        let waiter = contents.withLock { $0.number() }
        let alarm = Task { await lose(patience: waiter, for: key, deadline) }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                line(up: caller, as: waiter, for: key, fetch)
                // Both may have come before the caller stood in line.
                if Task.isCancelled { dismiss(waiter, with: .failure(impatience.cancelled)) }
                if let deadline, time.now() >= deadline { giveUp(waiter, for: key) }
            }
        } onCancel: {
            dismiss(waiter, with: .failure(impatience.cancelled))
        }
    }

    /// Ends a caller's waiting: soon with the token in memory, or once its time is over.
    private func lose(
        patience waiter: Int, for key: Key, _ deadline: ContinuousClock.Instant?
    ) async {
        let now = time.now()
        let end = contents.withLock { $0.entries[key]?.held?.life.endsAt }
        if let end, now < end {
            let enough = min(now + Self.patience, end, deadline ?? end)
            // A moment before it ends, so that it still is of use.
            await time.alarm(now.duration(to: enough) - (enough == end ? .milliseconds(1) : .zero))
            guard !Task.isCancelled, !takeLive(waiter, for: key) else { return }
        }
        guard let deadline else { return }
        await time.alarm(time.now().duration(to: deadline))
        if !Task.isCancelled { giveUp(waiter, for: key) }
    }

    private func giveUp(_ waiter: Int, for key: Key) {
        if !takeLive(waiter, for: key) { dismiss(waiter, with: .failure(impatience.late)) }
    }

    /// Gives a caller the token in memory, and others too until the request has ended; false where
    /// there is none.
    private func takeLive(_ waiter: Int, for key: Key) -> Bool {
        let now = time.now()
        let token = contents.withLock { contents -> AccessToken? in
            guard var entry = contents.entries[key], let live = entry.live(at: now) else {
                return nil
            }
            entry.slowFlight = entry.flight
            contents.entries[key] = entry
            return live
        }
        guard let token else { return false }
        dismiss(waiter, with: .success(token))
        return true
    }

    /// How many callers wait for a request.
    var waiting: Int { contents.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    /// What there is a token for that may still be used.
    var liveKeys: [Key] {
        let now = time.now()
        return contents.withLock { contents in
            contents.entries.filter { $0.value.live(at: now) != nil }.map(\.key)
        }
    }

    /// Replaces the token for `key`, as soon as no request for it is under way: there is another
    /// credential.
    func renew(_ key: Key, _ fetch: @escaping Fetch) {
        let number = contents.withLock { contents -> Int? in
            var entry = contents.entries[key] ?? Entry()
            defer { contents.entries[key] = entry }
            entry.held?.isOutdated = true
            guard entry.flight == nil else {
                entry.next = fetch
                return nil
            }
            return begin(&entry, &contents)
        }
        if let number { fly(number, key, .rotation, fetch) }
    }

    /// Forgets the tokens that `isMeant`; requests under way are answered, and their tokens aren't
    /// kept.
    func forget(where isMeant: (Key) -> Bool = { _ in true }) {
        contents.withLock { contents in
            for key in contents.entries.keys where isMeant(key) { contents.entries[key] = nil }
        }
    }

    /// Forgets `token` where it is still held; what it was held for.
    func forget(_ token: AccessToken) -> [Key] {
        contents.withLock { contents in
            let keys = contents.entries.filter { $0.value.held?.token.value == token.value }.keys
            for key in keys { contents.entries[key]?.held = nil }
            return Array(keys)
        }
    }

    /// A token that needs no waiting, and a request in the background where it is time for one.
    private func tokenInHand(for key: Key, _ fetch: @escaping Fetch) -> AccessToken? {
        let now = time.now()
        let (token, number, occasion) = contents.withLock {
            contents -> (AccessToken?, Int?, FetchOccasion) in
            guard var entry = contents.entries[key], let held = entry.held else {
                return (nil, nil, .needed)
            }
            if now < held.life.refreshAt, !held.isOutdated { return (held.token, nil, .early) }
            guard now < entry.usableUntil(held) else { return (nil, nil, .needed) }
            let isQuiet = entry.quietUntil.map { now < $0 } ?? false
            guard entry.flight == nil, !isQuiet else { return (held.token, nil, .early) }
            let number = begin(&entry, &contents)
            contents.entries[key] = entry
            return (held.token, number, held.isOutdated ? .rotation : .early)
        }
        if token != nil { onHit() }
        if let number { fly(number, key, occasion, fetch) }
        return token
    }

    private func line(
        up caller: CheckedContinuation<Answer, Never>, as waiter: Int, for key: Key,
        _ fetch: @escaping Fetch
    ) {
        let number = contents.withLock { contents -> Int? in
            var entry = contents.entries[key] ?? Entry()
            defer { contents.entries[key] = entry }
            let under = entry.flight
            let number = under ?? begin(&entry, &contents)
            contents.waiters[number, default: [:]][waiter] = caller
            return under == nil ? number : nil
        }
        if let number { fly(number, key, .needed, fetch) }
    }

    private func dismiss(_ waiter: Int, with answer: Answer) {
        let caller = contents.withLock { contents in
            for flight in contents.waiters.keys {
                if let caller = contents.waiters[flight]?.removeValue(forKey: waiter) {
                    return caller as CheckedContinuation<Answer, Never>?
                }
            }
            return nil
        }
        caller?.resume(returning: answer)
    }

    private func begin(_ entry: inout Entry, _ contents: inout Contents) -> Int {
        let number = contents.number()
        entry.flight = number
        contents.waiters[number] = [:]
        return number
    }

    private func fly(
        _ number: Int, _ key: Key, _ occasion: FetchOccasion, _ fetch: @escaping Fetch
    ) {
        Task {
            let asked = time.now()
            land(number, key, await fetch(occasion), asked: asked, occasion, fetch)
        }
    }

    private func land(
        _ number: Int, _ key: Key, _ answer: Answer, asked: ContinuousClock.Instant,
        _ occasion: FetchOccasion, _ fetch: @escaping Fetch
    ) {
        let now = time.now()
        let landing = contents.withLock { contents in
            let waiters = contents.waiters.removeValue(forKey: number) ?? [:]
            // Another number, or none: the token was forgotten while it was fetched.
            guard contents.entries[key]?.flight == number, var entry = contents.entries[key] else {
                return Landing(waiters: Array(waiters.values), answer: answer)
            }
            let told = settle(&entry, answer, asked: asked, now: now)
            var landing = Landing(waiters: Array(waiters.values), answer: told)
            // Who came while it was fetched in the background gets a request of its own: that one
            // may have given up early.
            let isGivenUp = occasion != .needed && told.isFailure && !waiters.isEmpty
            if isGivenUp || entry.next != nil {
                let next = begin(&entry, &contents)
                landing.next = (next, isGivenUp ? .needed : .rotation, entry.next ?? fetch)
                entry.next = nil
                if isGivenUp { contents.waiters[next] = waiters }
            }
            if isGivenUp { landing.waiters = [] }
            contents.entries[key] = entry
            contents.entries = contents.entries.filter { $0.value.isWorthKeeping(at: now) }
            return landing
        }
        for waiter in landing.waiters { waiter.resume(returning: landing.answer) }
        if let (number, occasion, fetch) = landing.next { fly(number, key, occasion, fetch) }
    }

    private struct Landing {
        var waiters: [CheckedContinuation<Answer, Never>]
        let answer: Answer
        var next: (Int, FetchOccasion, Fetch)?
    }

    /// Takes an answer in; what those are told who waited for it.
    private func settle(
        _ entry: inout Entry, _ answer: Answer, asked: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Answer {
        entry.flight = nil
        switch answer {
        case .success(let token):
            entry.failures = 0
            entry.quietUntil = nil
            // Without a lifetime nobody knows when it ends, so it is used once.
            entry.held = token.lifetime.map { Held(token: token, life: life($0, asked)) }
        case .failure:
            entry.failures += 1
            let pause = Duration.seconds(1 << min(entry.failures, 5))
            entry.quietUntil = now + pause * (0.5 + time.fraction() / 2)
            if let live = entry.live(at: now) { return .success(live) }
        }
        return answer
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
