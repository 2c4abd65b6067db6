import CCurl

/// The network thread's own state: everything here is used by that thread alone.
final class NetworkLoop {
    /// The requests to one origin: how many are on their way, and which wait.
    private struct Line {
        var underWay = 0
        var waiting: [UInt64] = []
        var next = 0

        mutating func pop() -> UInt64? {
            guard next < waiting.count else { return nil }
            defer { next += 1 }
            let id = waiting[next]
            if next > 1_024 {
                waiting.removeFirst(next)
                next = 0
            }
            return id
        }
    }

    private let mailbox: Mailbox
    private let settings: CurlClient.Settings
    private let multi: UnsafeMutableRawPointer
    private var underWay: [UnsafeMutableRawPointer: Transfer] = [:]
    private var handles: [UInt64: EasyHandle] = [:]
    private var waiting: [UInt64: Assignment] = [:]
    private var lines: [Origin: Line] = [:]
    private var idle: [EasyHandle] = []
    /// The first key that came with each certificate.
    private var keys: [[UInt8]: [UInt8]] = [:]
    private var lastSweep = ContinuousClock.now

    init?(_ mailbox: Mailbox, _ settings: CurlClient.Settings) {
        guard let multi = curl_multi_init() else { return nil }
        self.mailbox = mailbox
        self.settings = settings
        self.multi = multi
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.connectionsPerHost * 8)
    }

    deinit {
        for handle in idle { curl_easy_cleanup(handle.raw) }
        curl_multi_cleanup(multi)
    }

    /// Works until the mailbox is closed.
    func run() {
        mailbox.setSleeper(UInt(bitPattern: multi))
        while true {
            let (orders, isClosed) = mailbox.take()
            for order in orders { carryOut(order) }
            if isClosed { break }
            var running: CInt = 0
            curl_multi_perform(multi, &running)
            collect()
            sweep()
            curl_multi_poll(multi, nil, 0, waiting.isEmpty ? 60_000 : 50, nil)
        }
        mailbox.setSleeper(nil)
        stop()
    }

    private func carryOut(_ order: Mailbox.Order) {
        switch order {
        case .start(let assignment):
            let line = lines[assignment.origin, default: Line()]
            if line.underWay < settings.connectionsPerHost {
                start(assignment)
            } else {
                // libcurl could queue too, but its queue has no deadline and costs every turn.
                waiting[assignment.id] = assignment
                lines[assignment.origin, default: Line()].waiting.append(assignment.id)
            }
        case .cancel(let id):
            if let assignment = waiting.removeValue(forKey: id) {
                assignment.fail(.notSent, "cancelled")
            } else if let handle = handles[id], let transfer = remove(handle) {
                transfer.assignment.caller.resume(
                    returning: .failure(transfer.failure("cancelled")))
                advance(transfer.assignment.origin)
            }
        }
    }

    private func start(_ assignment: Assignment) {
        guard assignment.expiry > .now else {
            return assignment.fail(.notSent, "no free connection within the deadline")
        }
        guard let handle = idle.popLast() ?? EasyHandle() else {
            return assignment.fail(.notSent, "out of memory")
        }
        do throws(HTTPFailure) {
            let transfer = try Transfer(
                assignment, on: handle, settings, alone: isOdd(assignment.request.certificate))
            let code = curl_multi_add_handle(multi, handle.raw)
            guard code == CURLM_OK else {
                throw HTTPFailure(.notSent, String(cString: curl_multi_strerror(code)))
            }
            underWay[handle.raw] = transfer
            handles[assignment.id] = handle
            lines[assignment.origin, default: Line()].underWay += 1
        } catch {
            recycle(handle)
            assignment.caller.resume(returning: .failure(error))
        }
    }

    /// Whether the certificate came with another key before.
    ///
    /// libcurl compares certificates before it takes a kept connection, and no keys: what one of
    /// them proved must not speak for the other.
    private func isOdd(_ certificate: ClientCertificate?) -> Bool {
        guard let certificate else { return false }
        let first = keys[certificate.chain, default: certificate.key]
        keys[certificate.chain] = first
        return first != certificate.key
    }

    private func collect() {
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let raw = message.pointee.easy_handle else {
                continue
            }
            // The message is gone once its handle is removed.
            let code = message.pointee.data.result
            guard let transfer = underWay[raw] else { continue }
            let outcome = transfer.outcome(code)
            _ = remove(transfer.handle)
            transfer.assignment.caller.resume(returning: outcome)
            advance(transfer.assignment.origin)
        }
    }

    /// Takes a transfer off the network, wherever it stands.
    private func remove(_ handle: EasyHandle) -> Transfer? {
        guard let transfer = underWay.removeValue(forKey: handle.raw) else { return nil }
        handles[transfer.assignment.id] = nil
        curl_multi_remove_handle(multi, handle.raw)
        recycle(handle)
        lines[transfer.assignment.origin]?.underWay -= 1
        return transfer
    }

    /// Forgets the request's copies in `handle`, and keeps it for the next one.
    private func recycle(_ handle: EasyHandle) {
        curl_easy_reset(handle.raw)
        if idle.count < settings.connectionsPerHost {
            idle.append(handle)
        } else {
            curl_easy_cleanup(handle.raw)
        }
    }

    /// Starts what waits for `origin`, as far as its places allow.
    private func advance(_ origin: Origin) {
        while let line = lines[origin], line.underWay < settings.connectionsPerHost {
            guard let id = lines[origin]?.pop() else {
                if line.underWay == 0 { lines[origin] = nil }
                return
            }
            // Nothing there: it was cancelled or ran out of time while it waited.
            if let assignment = waiting.removeValue(forKey: id) { start(assignment) }
        }
    }

    /// Ends the waiting of those whose deadline has passed.
    private func sweep() {
        let now = ContinuousClock.now
        guard !waiting.isEmpty, lastSweep.duration(to: now) >= .milliseconds(50) else { return }
        lastSweep = now
        for (id, assignment) in waiting where assignment.expiry <= now {
            waiting[id] = nil
            assignment.fail(.notSent, "no free connection within the deadline")
        }
    }

    private func stop() {
        for transfer in Array(underWay.values) {
            _ = remove(transfer.handle)
            transfer.assignment.caller.resume(
                returning: .failure(transfer.failure("the client was closed")))
        }
        for assignment in waiting.values { assignment.fail(.notSent, "the client was closed") }
        waiting = [:]
    }
}
