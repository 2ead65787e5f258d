# Perl's LWP, which sends TE and names it in Connection.
use strict;
use warnings;
use LWP::UserAgent;

my $base = $ARGV[0];
my $agent = LWP::UserAgent->new(keep_alive => 1);
my @json = ("Content-Type" => "application/json");

sub call { '{"jsonrpc":"2.0","id":1,"method":"' . $_[0] . '","params":' . $_[1] . '}' }

sub show {
    my ($step, $answer) = @_;
    print $step, " ", $answer->code, " ", $answer->content, "\n";
}

sub post { $agent->post("$base$_[0]", @json, Content => $_[1]) }

sub follow {
    my ($step, $path, $count) = @_;
    my $rest = "";
    my $lines = sub {
        my ($part, $answer) = @_;
        $rest .= $part;
        while ($rest =~ s/\A(.*)\n//) {
            my $line = $1;
            LWP::UserAgent->new->post("$base/rpc/chat/say", @json, Content => '{"author":"lwp","text":"hello"}')
                if $line eq ": open";
            next unless $line =~ s/\Adata: //;
            print "$step ", $answer->code, " $line\n";
            die "done\n" if --$count == 0;
        }
    };
    $agent->get("$base$path", Accept => "text/event-stream", ":content_cb" => $lines);
}

show("call", post("/rpc", call("calculator.add", "[2,3]")));
show("path", post("/rpc/calculator/divide", '{"a":1,"b":4}'));
show("get", $agent->get("$base/rpc/calculator/add?a=2&b=3"));
show("error", post("/rpc", call("calculator.divide", "[1,0]")));
show("unknown", post("/rpc/no/such", "{}"));
show("empty", $agent->post("$base/rpc/jobs/active"));
show("notification", post("/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}'));
my @parts = ('["', ("x" x 1000) x 100, '"]');
my $upload = HTTP::Request->new(POST => "$base/rpc/echo/echo", [@json], sub { shift @parts });
show("upload", $agent->request($upload));
follow("stream", "/rpc/clock/ticks?interval=0.05", 3);
follow("topic", "/events/chat/room", 1);
