import CCurl
import Glibc

/// The one thread that talks to libcurl.
enum NetworkThread {
    private final class Start {
        let mailbox: Mailbox
        let settings: CurlClient.Settings

        init(_ mailbox: Mailbox, _ settings: CurlClient.Settings) {
            self.mailbox = mailbox
            self.settings = settings
        }
    }

    static let library: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread; nil where the system refuses.
    static func start(_ mailbox: Mailbox, _ settings: CurlClient.Settings) -> pthread_t? {
        guard library else { return nil }
        let context = Unmanaged.passRetained(Start(mailbox, settings))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                NetworkThread.main(start.mailbox, start.settings)
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            return nil
        }
        return thread
    }

    private static func main(_ mailbox: Mailbox, _ settings: CurlClient.Settings) {
        // OpenSSL writes to sockets without MSG_NOSIGNAL: a peer that went away would end the
        // process with SIGPIPE. The other signals are for the main thread.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        guard let loop = NetworkLoop(mailbox, settings) else {
            mailbox.close()
            return refuseAll(mailbox)
        }
        loop.run()
        refuseAll(mailbox)
    }

    /// Answers orders that came between the last turn and the close.
    private static func refuseAll(_ mailbox: Mailbox) {
        for case .start(let assignment) in mailbox.take().orders {
            assignment.fail(.notSent, "the client was closed")
        }
    }
}
